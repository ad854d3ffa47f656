using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>
/// Templates of well-known model families, written from their documentation: renderings as Jinja gives
/// them with transformers' settings, and what ends a message.
/// </summary>
public class ChatTemplateFamilyTests
{
    private static readonly Lazy<JsonNode> s_golden = new(() => JsonNode.Parse(File.ReadAllText(Fixtures.OwnPathOf("chat-templates", "families.json")))!);

    public static TheoryData<string> Families => [.. s_golden.Value["templates"]!.AsObject().Select(template => template.Key)];

    [Fact]
    public void There_are_ten_families_or_more() => Assert.True(Families.Count >= 10);

    [Theory]
    [MemberData(nameof(Families))]
    public void Conversations_render_as_in_Jinja(string family)
    {
        ChatTemplate template = TemplateOf(family);
        JsonNode[] cases = [.. s_golden.Value["cases"]!.AsArray().Where(golden => (string)golden!["template"]! == family).Select(golden => golden!)];
        Assert.NotEmpty(cases);
        Assert.All(cases, golden =>
        {
            ChatTurn[] messages = [.. MessagesOf((string)golden["conversation"]!)];
            ChatTemplateOptions options = OptionsOf(golden["options"]!.AsObject());
            if (golden["error"] is null)
                Assert.Equal((string)golden["text"]!, template.Render(messages, options));
            else
                Assert.Throws<ChatTemplateException>(() => template.Render(messages, options));
        });
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void The_end_of_a_message_is_found(string family)
        => Assert.Equal((string)s_golden.Value["templates"]![family]!["end"]!, TemplateOf(family).EndOfMessage);

    private static ChatTemplate TemplateOf(string family)
    {
        JsonNode golden = s_golden.Value["templates"]![family]!;
        return ChatTemplate.Parse((string)golden["template"]!, family,
            golden["special"]!.AsObject().ToDictionary(token => token.Key, token => (string)token.Value!));
    }

    private static IEnumerable<ChatTurn> MessagesOf(string conversation)
    {
        using JsonDocument document = JsonDocument.Parse(s_golden.Value["conversations"]![conversation]!.ToJsonString());
        return [.. document.RootElement.EnumerateArray().Select(ChatTurn.FromJson)];
    }

    private static ChatTemplateOptions OptionsOf(IEnumerable<KeyValuePair<string, JsonNode?>> options) => new()
    {
        AddGenerationPrompt = options.Any(option => option.Key == "add_generation_prompt"),
        Tools = options.Any(option => option.Key == "tools") ? [.. s_golden.Value["tools"]!.AsArray().Select(tool => tool!)] : null,
        Variables = options.Where(option => option.Key is not ("add_generation_prompt" or "tools")).ToDictionary(),
        Clock = new FixedClock(DateTime.Parse((string)s_golden.Value["now"]!, CultureInfo.InvariantCulture)),
    };
}
