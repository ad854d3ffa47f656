using System.Globalization;
using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>Thousands of small templates, most of them drawn at random, against what Jinja 3.1 renders for them, or that it refuses them.</summary>
public class JinjaExpressionTests
{
    [Fact]
    public void Small_templates_render_as_in_Jinja()
    {
        JsonNode golden = JsonNode.Parse(File.ReadAllText(Fixtures.OwnPathOf("chat-templates", "expressions.json")))!;
        var options = new ChatTemplateOptions
        {
            Variables = golden["variables"]!.AsObject().ToDictionary(),
            Clock = new FixedClock(DateTime.Parse((string)golden["now"]!, CultureInfo.InvariantCulture)),
        };
        JsonArray cases = golden["cases"]!.AsArray();
        Assert.NotEmpty(cases);
        string[] different = [.. cases.Select(golden => Compare((string)golden![0]!, (string?)golden[1], options)).OfType<string>()];
        Assert.True(different.Length == 0, $"{different.Length} of {cases.Count}:\n{string.Join('\n', different.Take(20))}");
    }

    /// <summary>What is wrong, or null. A refusal must be a documented one.</summary>
    private static string? Compare(string template, string? expected, ChatTemplateOptions options)
    {
        string? text = null, problem = null;
        try
        {
            text = ChatTemplate.Parse(template, "template").Render([new ChatTurn("user", "Hi")], options);
        }
        catch (Exception exception) when (exception is ChatTemplateException or CheckpointException)
        {
            problem = exception.Message;
        }

        return text == expected ? null : $"{template}: expected {expected ?? "an error"}, got {text ?? problem}";
    }
}
