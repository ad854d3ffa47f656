using System.Text.Json;
using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Checkpoints.Chat;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

public class ChatTemplateTests
{
    private static readonly ChatTurn[] s_talk = [new("user", " Hi "), new("assistant", "Hello!")];

    [Fact]
    public void Templates_are_found_in_all_files_in_transformers_order()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no chat template", Assert.Throws<CheckpointException>(() => ChatTemplate.FromFolder(folder.Path)).Message);
        File.WriteAllText(folder["chat_template.json"], JsonSerializer.Serialize(new { chat_template = "processor" }));
        Assert.Equal("processor", Rendered());
        File.WriteAllText(folder["tokenizer_config.json"], JsonSerializer.Serialize(new { chat_template = "settings" }));
        Assert.Equal("settings", Rendered());
        Directory.CreateDirectory(folder["additional_chat_templates"]);
        File.WriteAllText(folder["additional_chat_templates/tool_use.jinja"], "with tools");
        Assert.Contains("'default'", Assert.Throws<CheckpointException>(() => ChatTemplate.FromFolder(folder.Path)).Message);
        File.WriteAllText(folder["chat_template.jinja"], "file");
        Assert.Equal("file", Rendered());
        Assert.Equal("with tools", ChatTemplate.FromFolder(folder.Path).Render(s_talk, new ChatTemplateOptions { Tools = [JsonNode.Parse("{}")!] }));

        string Rendered() => ChatTemplate.FromFolder(folder.Path).Render(s_talk);
    }

    [Fact]
    public void Named_templates_in_the_settings_serve_conversations_with_and_without_tools()
    {
        using var folder = new TemporaryFolder();
        var named = new { chat_template = new[] { new { name = "tool_use", template = "with tools" }, new { name = "default", template = "without" } } };
        File.WriteAllText(folder["tokenizer_config.json"], JsonSerializer.Serialize(named));
        ChatTemplate template = ChatTemplate.FromFolder(folder.Path);
        Assert.Equal("without", template.Render(s_talk));
        Assert.Equal("with tools", template.Render(s_talk, new ChatTemplateOptions { Tools = [] }));
    }

    [Fact]
    public void Special_tokens_are_variables()
    {
        using var folder = new TemporaryFolder();
        var settings = new
        {
            bos_token = new { content = "<s>" },
            eos_token = "</s>",
            pad_token = (string?)null,
            extra_special_tokens = new { image_token = "<image>" }
        };
        var map = new { bos_token = "<other>", pad_token = "<pad>", unk_token = new { content = "<unk>" }, additional_special_tokens = new[] { "<a>", "<b>" } };
        File.WriteAllText(folder["tokenizer_config.json"], JsonSerializer.Serialize(settings));
        File.WriteAllText(folder["special_tokens_map.json"], JsonSerializer.Serialize(map));
        File.WriteAllText(folder["mine.jinja"],
            "{{ bos_token }}|{{ eos_token }}|{{ unk_token }}|{{ pad_token is defined }}|{{ image_token }}|{{ "
            + "additional_special_tokens | join }}|{{ sep_token }}");
        Assert.Equal("<s>|</s>|<unk>|False|<image>|<a><b>|", ChatTemplate.FromFile(folder["mine.jinja"], folder.Path).Render(s_talk));
    }

    [Fact]
    public void A_file_that_is_no_template_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        string path = folder["chat_template.jinja"];
        Refused("there is no such file");
        File.WriteAllText(path, " \n");
        Refused("empty");
        File.WriteAllBytes(path, [.. "abc"u8, 0xFF]);
        Refused("UTF-8");
        File.WriteAllBytes(path, new byte[(1 << 20) + 1]);
        Refused("bytes");
        File.WriteAllText(path, "a\n{% if %}");
        Refused("line 2, column 7: ");

        void Refused(string problem)
        {
            string message = Assert.Throws<CheckpointException>(() => ChatTemplate.FromFile(path, folder.Path)).Message;
            Assert.StartsWith(path, message);
            Assert.Contains(problem, message);
        }
    }

    [Fact]
    public void A_template_s_own_refusal_keeps_its_words()
    {
        ChatTemplate template = ChatTemplate.Parse("{% for m in messages %}\n  {{ raise_exception('roles must alternate') }}{% endfor %}", "own.jinja");
        ChatTemplateException error = Assert.Throws<ChatTemplateException>(() => template.Render(s_talk));
        Assert.Equal("own.jinja: line 2, column 21: roles must alternate", error.Message);
        Assert.Equal(("own.jinja", 2, 21, "roles must alternate", true), (error.Template, error.Line, error.Column, error.Problem, error.IsRaisedByTemplate));
        Assert.False(Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("{{ messages[0].x.y }}", "own.jinja").Render(s_talk)).IsRaisedByTemplate);
    }

    [Fact]
    public void Messages_reach_the_template_as_their_JSON_is()
    {
        const string json =
            """{"content": null, "role": "assistant", "tool_calls": [{"arguments": {"z": 1.0, "a": 10000000000000000000000, "n": null}}], "name": "b"}""";
        ChatTurn message = ChatTurn.FromJson(JsonDocument.Parse(json).RootElement);
        Assert.Equal(("assistant", ""), (message.Role, message.Content));
        Assert.Equal(json + "TrueFalse",
            ChatTemplate.Parse("{{ messages[0] | tojson }}{{ messages[0].content is none }}{{ messages[0].reasoning is defined }}", "test").Render([message]));
        const string inParts = """{"role": "user", "content": [{"type": "text", "text": "look "}, {"type": "image"}, {"type": "text", "text": "here"}]}""";
        Assert.Equal("look here", ChatTurn.FromJson(JsonDocument.Parse(inParts).RootElement).Content);
        Assert.Equal(message, ChatTurn.FromJson(JsonDocument.Parse(json).RootElement));
        Assert.NotEqual(message, new ChatTurn("assistant", ""));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"role\": 1}")]
    [InlineData("{\"role\": \"user\", \"content\": \"\\ud800\"}")]
    public void What_is_no_message_is_refused(string json)
        => Assert.Throws<ArgumentException>(() => ChatTurn.FromJson(JsonDocument.Parse(json).RootElement));

    [Fact]
    public void Half_a_surrogate_pair_anywhere_in_a_message_is_refused_by_its_number()
    {
        ChatTurn message = ChatTurn.FromJson(JsonDocument.Parse("{\"role\": \"user\", \"content\": \"\", \"name\": \"\\udc00\"}").RootElement);
        Assert.Contains("Message 2", Assert.Throws<ArgumentException>(() => ChatTemplate.Parse(ChatCases.ChatMl, "test").Render([s_talk[0], message])).Message);
    }

    [Fact]
    public void Half_a_surrogate_pair_in_what_the_caller_gives_is_refused_by_name()
    {
        const string half = "a\ud800";
        ChatTemplate template = ChatTemplate.Parse("{{ messages[0].content }}{{ x }}", "test");
        Refused("Message 1", [new ChatTurn("user", half)], null);
        Refused("Message 1", [new ChatTurn(half, "")], null);
        Refused("The variable 'x'", s_talk, new ChatTemplateOptions { Variables = new Dictionary<string, JsonNode?> { ["x"] = half } });
        Refused("The variable 'x'", s_talk,
            new ChatTemplateOptions { Variables = new Dictionary<string, JsonNode?> { ["x"] = new System.Text.Json.Nodes.JsonObject { [half] = 1 } } });
        Refused("Tool 1", s_talk, new ChatTemplateOptions { Tools = [new JsonArray(half)] });
        Assert.Throws<ArgumentException>(() => ChatTemplate.Parse("", "test", new Dictionary<string, string> { ["bos_token"] = half }).Render(s_talk));

        void Refused(string what, IReadOnlyList<ChatTurn> messages, ChatTemplateOptions? options)
        {
            string message = Assert.Throws<ArgumentException>(() => template.Render(messages, options)).Message;
            Assert.StartsWith(what, message, StringComparison.Ordinal);
            Assert.Contains("half of a surrogate pair", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Variables_and_tools_are_passed_through()
    {
        ChatTemplate template = ChatTemplate.Parse("{{ enable_thinking }} {{ tools | tojson }} {{ documents is none }} {{ "
            + "add_generation_prompt }} {{ bos_token }}", "test", new Dictionary<string, string> { ["bos_token"] = "<s>" });
        Assert.Equal(" null True False <s>", template.Render(s_talk));
        var options = new ChatTemplateOptions
        {
            AddGenerationPrompt = true,
            Tools = [JsonNode.Parse("""{"b": 1, "a": null}""")!],
            Variables = new Dictionary<string, JsonNode?> { ["enable_thinking"] = false, ["bos_token"] = "<other>" }
        };
        Assert.Equal("""False [{"b": 1, "a": null}] True True <other>""", template.Render(s_talk, options));
    }

    [Fact]
    public void Parts_of_the_assistant_are_found_in_macros_and_kept_texts_too()
    {
        ChatTemplate template = ChatTemplate.Parse("{% macro say(m) %}{{ m.role }}:{% generation %}{{ m.content }}{% endgeneration %};{% endmacro "
            + "%}\U0001F600{% for m in messages %}{{ say(m) }}{% endfor %}{% set x %}{% generation %}z{% endgeneration %}{% endset %}{{ x }}", "test");
        RenderedChat rendered = template.RenderWithSpans(s_talk);
        Assert.True(rendered.HasGenerationTag);
        Assert.Equal([" Hi ", "Hello!", "z"], rendered.AssistantSpans.Select(span => rendered.Text[span]));
        Assert.Equal("\U0001F600user: Hi ;assistant:Hello!;z", rendered.Text);
        Assert.False(ChatTemplate.Parse(ChatCases.ChatMl, "test").RenderWithSpans(s_talk).HasGenerationTag);
    }

    [Fact]
    public void A_part_of_the_assistant_within_another_is_refused_with_its_place()
    {
        const string nested = "{% generation %}a\n{% if true %}{% generation %}b{% endgeneration %}{% endif %}{% endgeneration %}";

        CheckpointException refused = Assert.Throws<CheckpointException>(() => ChatTemplate.Parse(nested, "test"));

        Assert.Contains("line 2", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'generation' stands within another 'generation'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_that_macros_mark_within_a_part_of_the_assistant_are_one_with_it()
    {
        ChatTemplate template = ChatTemplate.Parse("{% macro say(m) %}{% generation %}{{ m.content }}{% endgeneration %};{% endmacro %}"
            + "{{ say(messages[1]) }}<{% generation %}a{{ say(messages[1]) }}b{{ say(messages[1]) }}{% endgeneration %}>", "test");

        RenderedChat rendered = template.RenderWithSpans(s_talk);

        Assert.Equal(["Hello!", "aHello!;bHello!;"], rendered.AssistantSpans.Select(span => rendered.Text[span]));
    }

    [Fact]
    public void Parts_of_the_assistant_whose_place_is_lost_are_an_error()
    {
        ChatTemplate template = ChatTemplate.Parse("{% set x %}{% generation %} z {% endgeneration %}{% endset %}{{ x | trim }}", "test");
        Assert.Equal("z", template.Render(s_talk));
        Assert.Contains("generation", Assert.Throws<CheckpointException>(() => template.RenderWithSpans(s_talk)).Message);
    }

    [Theory]
    [InlineData(ChatCases.ChatMl, "<|im_end|>")]
    [InlineData("{% for m in messages %}{{ m.content }}{% if m.role == 'assistant' %} {{ eos_token }}{% endif %}\n{% endfor %}", "</s>")]
    [InlineData("{% for m in messages %}{{ m.content }}<|im_end|>\n{% endfor %}{{ eos_token }}", "<|im_end|>")]
    [InlineData("{% for m in messages %}{{ m.content }}<|im_end|>{{ eos_token }}{% endfor %}", "<|im_end|>")]
    [InlineData("{% for m in messages %}{{ m.content }}\n{% endfor %}", null)]
    [InlineData("{% for m in messages %}{{ m.content }}{% endfor %}", null)]
    [InlineData("{% if messages[0].role != 'system' %}{{ raise_exception('system first') }}{% endif %}{% for m in messages "
        + "%}{{ m.content | trim }}<end>{% endfor %}", "<end>")]
    [InlineData("{{ raise_exception('never') }}", null)]
    [InlineData("{{ messages[0].x.y }}", null)]
    public void The_end_of_a_message_is_what_the_template_writes_after_one(string template, string? end)
        => Assert.Equal(end, ChatTemplate.Parse(template, "test", new Dictionary<string, string> { ["eos_token"] = "</s>" }).EndOfMessage);

    [Fact]
    public void Real_model_s_conversations_render_as_the_reference()
    {
        string folder = PretrainedModels.FolderOf("smollm2-135m-instruct");
        ChatTemplate template = ChatTemplate.FromFolder(folder);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        JsonElement[] chats = [.. document.RootElement.GetProperty("chats").EnumerateArray()];
        Assert.NotEmpty(chats);
        foreach (JsonElement chat in chats)
            Assert.Equal(chat.GetProperty("text").GetString(),
                template.Render([.. chat.GetProperty("messages").EnumerateArray().Select(ChatTurn.FromJson)], addGenerationPrompt: true));
    }
}
