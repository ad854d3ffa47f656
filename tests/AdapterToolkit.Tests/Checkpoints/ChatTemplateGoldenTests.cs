using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>Renderings, errors and the assistant's spans as transformers' own renderer gives them.</summary>
public class ChatTemplateGoldenTests
{
    [Fact]
    public void Renderings_errors_and_spans_are_those_of_transformers()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.PathOf("chat-templates", "cases.json")));
        JsonElement root = document.RootElement;
        var clock = new FixedClock(DateTime.Parse(root.GetProperty("now").GetString()!, CultureInfo.InvariantCulture));
        Dictionary<string, string> special = root.GetProperty("special").EnumerateObject().ToDictionary(token => token.Name, token => token.Value.GetString()!);
        Dictionary<string, ChatTemplate> templates = root.GetProperty("templates").EnumerateObject()
            .ToDictionary(template => template.Name, template => ChatTemplate.Parse(template.Value.GetString()!, template.Name, special));
        JsonElement[] cases = [.. root.GetProperty("cases").EnumerateArray()];
        Assert.NotEmpty(cases);
        Assert.All(cases, golden => Check(golden, templates[golden.GetProperty("template").GetString()!], clock));
    }

    [Fact]
    public void Templates_that_markers_alone_would_misread_render_as_in_Jinja()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.OwnPathOf("cases", "01-chat-template-control-flow", "cases.json")));
        JsonElement[] cases = [.. document.RootElement.EnumerateArray()];
        Assert.NotEmpty(cases);
        Assert.All(cases, golden =>
        {
            string beginning = golden.GetProperty("bos").GetString()!;
            var special = new Dictionary<string, string>
            {
                ["bos_token"] = beginning,
                ["eos_token"] = beginning == "<|begin_of_text|>" ? "<|end_of_text|>" : "</s>",
            };
            ChatTemplate template = ChatTemplate.Parse(golden.GetProperty("template").GetString()!, golden.GetProperty("name").GetString()!, special);
            Assert.Equal(golden.GetProperty("want").GetString(), template.Render(Messages(golden), golden.GetProperty("gen").GetBoolean()));
        });
    }

    private static void Check(JsonElement golden, ChatTemplate template, TimeProvider clock)
    {
        string name = golden.GetProperty("name").GetString()!;
        ChatTemplateOptions options = Options(golden.GetProperty("options"), clock);
        if (golden.TryGetProperty("error", out _))
        {
            Exception? error = Record.Exception(() => template.RenderWithSpans(Messages(golden), options));
            Assert.True(error is ChatTemplateException or CheckpointException, $"{name}: {error?.ToString() ?? "no error"}");
            Assert.Contains("line ", error!.Message);
            return;
        }

        RenderedChat rendered = template.RenderWithSpans(Messages(golden), options);
        Assert.True(golden.GetProperty("text").GetString() == rendered.Text, $"{name}: '{rendered.Text}'");
        Assert.Equal(rendered.Text, template.Render(Messages(golden), options));
        if (!golden.TryGetProperty("assistantSpans", out JsonElement spans))
            return;
        Assert.True(rendered.HasGenerationTag, name);
        (int, int)[] expected = [.. spans.EnumerateArray().Select(span => (span[0].GetInt32(), span[1].GetInt32()))];
        Assert.Equal(expected, rendered.AssistantSpans
            .Select(span => (CodePoints(rendered.Text, span.Start.Value), CodePoints(rendered.Text, span.End.Value))));
    }

    private static ChatTurn[] Messages(JsonElement golden) => [.. golden.GetProperty("messages").EnumerateArray().Select(ChatTurn.FromJson)];

    private static ChatTemplateOptions Options(JsonElement options, TimeProvider clock)
    {
        var variables = new Dictionary<string, JsonNode?>();
        var result = new ChatTemplateOptions { Clock = clock, Variables = variables };
        foreach (JsonProperty option in options.EnumerateObject())
        {
            switch (option.Name)
            {
                case "tools":
                    result = result with { Tools = [.. option.Value.EnumerateArray().Select(tool => JsonNode.Parse(tool.GetRawText())!)] };
                    break;
                case "add_generation_prompt":
                    result = result with { AddGenerationPrompt = option.Value.GetBoolean() };
                    break;
                default:
                    variables[option.Name] = JsonNode.Parse(option.Value.GetRawText());
                    break;
            }
        }

        return result;
    }

    /// <summary>The golden spans count code points; .NET counts a character beyond the first 65,536 twice.</summary>
    private static int CodePoints(string text, int length) => text[..length].EnumerateRunes().Count();
}
