using System.Globalization;
using System.Text.Json;
using AdapterToolkit.Checkpoints;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

public class ChatTemplateTests
{
    private const string ChatMl = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private const string Llama3 = """
        {% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
        """;

    private const string Llama31 = """
        {{- bos_token }}
        {%- if not date_string is defined %}
            {%- set date_string = "26 Jul 2024" %}
        {%- endif %}
        {#- The system message. <think> is no part of a comment's effect. #}
        {{- "<|start_header_id|>system<|end_header_id|>\n\n" }}
        {{- "Cutting Knowledge Date: December 2023\n" }}
        {{- "Today Date: " + date_string + "\n\n" }}
        {{- system_message }}
        {{- "<|eot_id|>" }}
        {%- for message in messages %}
            {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
            {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
        {%- endif %}
        """;

    private static readonly ChatMessage[] s_talk = [new("user", " Hi "), new("assistant", "Hello!")];

    [Fact]
    public void Chat_ml_without_a_default_system_text()
    {
        ChatTemplate template = ChatTemplate.Parse(ChatMl, "test");
        Assert.Null(template.DefaultSystemText);
        Assert.Equal("<|im_start|>user\n Hi <|im_end|>\n<|im_start|>assistant\nHello!<|im_end|>\n", template.Render(s_talk, addGenerationPrompt: false));
    }

    [Theory]
    [InlineData("{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou\\'re \"kind\".<|im_end|>\n' }}{% endif %}")]
    [InlineData("{%- if loop.first %}{{- '<|im_start|>system\\nYou\\'re \"kind\".<|im_end|>\\n' }}{%- endif %}")]
    [InlineData("{% set system_message = 'You\\'re \"kind\".' %}{{ '<|im_start|>system\n' + system_message + '<|im_end|>\n' }}")]
    [InlineData("{% if not system %}<|im_start|>system\nYou're \"kind\".<|im_end|>\n{% endif %}")]
    public void Default_system_text_is_taken_from_the_template(string beginning)
    {
        ChatTemplate template = ChatTemplate.Parse(beginning + ChatMl, "test");
        Assert.Equal("You're \"kind\".", template.DefaultSystemText);
        Assert.StartsWith("<|im_start|>system\nYou're \"kind\".<|im_end|>\n<|im_start|>user\n", template.Render(s_talk, false));
        Assert.StartsWith("<|im_start|>system\nOther<|im_end|>\n<|im_start|>user\n", template.Render([new("system", "Other"), .. s_talk], false));
    }

    [Fact]
    public void Llama_3_trims_and_begins_the_text()
    {
        ChatTemplate template = ChatTemplate.Parse(Llama3, "test", "<|begin_of_text|>");
        Assert.Equal(
            "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello!<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
            template.Render(s_talk, addGenerationPrompt: true));
        Assert.Equal("<|eot_id|>", template.EndOfMessage);
    }

    [Fact]
    public void Llama_3_1_writes_dates_before_every_system_text()
    {
        const string dates = "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n";
        ChatTemplate template = ChatTemplate.Parse(Llama31, "test", "<|begin_of_text|>");
        Assert.StartsWith(dates + "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>", template.Render(s_talk, false));
        Assert.StartsWith(dates + "Be brief.<|eot_id|><|start_header_id|>user", template.Render([new("system", " Be brief. "), .. s_talk], false));
        string today = Llama31.Replace("{%- set date_string = \"26 Jul 2024\" %}", "{%- set date_string = strftime_now(\"%d %b %Y\") %}");
        Assert.Contains($"Today Date: {DateTime.Now.ToString("dd MMM yyyy", CultureInfo.InvariantCulture)}", ChatTemplate.Parse(today, "test", "<s>").Render(s_talk, false));
    }

    [Theory]
    [InlineData("{% for m in messages %}[INST] {{ m.content }} [/INST]{% endfor %}", "ChatML")]
    [InlineData(ChatMl + Llama3, "ChatML")]
    [InlineData(ChatMl + "{{ '<think>' }}", "<think>")]
    [InlineData(Llama3, "bos_token")]
    public void Other_templates_are_errors_that_say_what_is_supported(string template, string expected)
    {
        CheckpointException error = Assert.Throws<CheckpointException>(() => ChatTemplate.Parse(template, "some.jinja"));
        Assert.StartsWith("some.jinja", error.Message);
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Unknown_roles_and_empty_conversations_are_errors()
    {
        ChatTemplate template = ChatTemplate.Parse(ChatMl, "test");
        Assert.Contains("'tool'", Assert.Throws<ArgumentException>(() => template.Render([new("tool", "x")], false)).Message);
        Assert.Throws<ArgumentException>(() => template.Render([], false));
    }

    [Theory]
    [InlineData("smollm")]
    [InlineData("gpt2")]
    public void Labels_cover_the_assistant_s_tokens_and_its_end(string name)
    {
        Tokenizer tokenizer = Tokenizer.FromFile(Fixtures.PathOf("tokenizer", name + ".tokenizer.json"));
        ChatTemplate template = ChatTemplate.Parse(ChatMl, "test");
        ChatTokens tokens = template.Encode(tokenizer, [.. s_talk, new("user", "More"), new("assistant", "Yes\n12 \u00E9")]);
        Assert.Equal(tokens.Ids, tokenizer.Encode("<|im_start|>user\n Hi <|im_end|>\n<|im_start|>assistant\nHello!<|im_end|>\n<|im_start|>user\nMore<|im_end|>\n<|im_start|>assistant\nYes\n12 \u00E9<|im_end|>\n", false));
        Assert.Equal("Hello!<|im_end|>Yes\n12 \u00E9<|im_end|>", tokenizer.Decode([.. tokens.Labels.Where(label => label != ChatTokens.Ignored)], skipSpecialTokens: false));
        Assert.All(tokens.Ids.Zip(tokens.Labels), pair => Assert.True(pair.Second == ChatTokens.Ignored || pair.Second == pair.First));
    }

    [Fact]
    public void Templates_are_found_in_both_files()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no chat template", Assert.Throws<CheckpointException>(() => ChatTemplate.FromFolder(folder.Path)).Message);
        File.WriteAllText(folder["tokenizer_config.json"], JsonSerializer.Serialize(new { bos_token = new { content = "<s>" }, chat_template = new[] { new { name = "tool_use", template = "?" }, new { name = "default", template = Llama3 } } }));
        Assert.StartsWith("<s><|start_header_id|>user", ChatTemplate.FromFolder(folder.Path).Render(s_talk, false));
        File.WriteAllText(folder["chat_template.jinja"], ChatMl);
        Assert.StartsWith("<|im_start|>user", ChatTemplate.FromFolder(folder.Path).Render(s_talk, false));
    }

    [Fact]
    public void Real_model_s_conversations_render_as_the_reference()
    {
        string folder = Models.FolderOf("smollm2-135m-instruct");
        ChatTemplate template = ChatTemplate.FromFolder(folder);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        JsonElement[] chats = [.. document.RootElement.GetProperty("chats").EnumerateArray()];
        Assert.NotEmpty(chats);
        foreach (JsonElement chat in chats)
        {
            ChatMessage[] messages = [.. chat.GetProperty("messages").EnumerateArray().Select(message => new ChatMessage(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!))];
            Assert.Equal(chat.GetProperty("text").GetString(), template.Render(messages, addGenerationPrompt: true));
        }
    }
}
