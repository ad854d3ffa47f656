using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints.Data;

/// <summary>Lines of <c>.jsonl</c> files: what they give, and how malformed ones are named.</summary>
public sealed class JsonLinesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Each_line_is_a_text_or_a_conversation(string lineBreak)
    {
        string path = Write(string.Join(
            lineBreak,
            "\uFEFF{\"text\": \"A\\u2028\\r\\n\\\"text\\\".\", \"source\": \"left unread\"}",
            " \t",
            """{"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}], "text": null}"""));

        DataFileContents contents = Read(path);

        DataText text = Assert.Single(contents.Texts);
        Assert.Equal("A\u2028\r\n\"text\".", text.Text);
        Assert.Equal($"{path}, line 1", text.Source);
        Assert.False(text.IsWholeFile);
        Conversation conversation = Assert.Single(contents.Conversations);
        Assert.Equal("Q\nA", conversation.Text);
        Assert.Equal($"{path}, line 3", conversation.Source);
        Assert.Null(conversation.Tools);
    }

    [Fact]
    public void Roles_tools_and_further_members_are_the_template_s_to_judge()
    {
        string path = Write(
            """
            {"messages": [
              {"role": "developer", "content": "D"},
              {"role": "user", "content": [{"type": "text", "text": "Q"}]},
              {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f", "arguments": {"x": 1.50}}}]},
              {"role": "tool", "name": "f", "content": {"y": 2}},
              {"role": "assistant", "reasoning_content": "r", "content": "A"}],
             "tools": [{"type": "function", "function": {"name": "f"}}],
             "chat_template_kwargs": {"enable_thinking": false, "n": null}}
            """.ReplaceLineEndings(""));

        Conversation conversation = Assert.Single(Read(path).Conversations);

        Assert.Equal(["developer", "user", "assistant", "tool", "assistant"], conversation.Messages.Select(message => message.Role));
        JsonNode tool = Assert.Single(conversation.Tools!);
        Assert.Equal("""{"type": "function", "function": {"name": "f"}}""", tool.ToJsonString(), ignoreAllWhiteSpace: true);
        Assert.Equal(["enable_thinking", "n"], conversation.Variables!.Keys);
        Assert.False(conversation.Variables["enable_thinking"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("{", "line 2: is not valid JSON", 2)]
    [InlineData("""{"text": "é", }""", "(character 15)", 15)]
    [InlineData("""{"text": "a"} {"text": "b"}""", "line 2: is not valid JSON", 15)]
    [InlineData("""{"text": "a" /* no */}""", "line 2: is not valid JSON", 14)]
    [InlineData("[1]", "line 2: is no JSON object. Each line must be one JSON object")]
    [InlineData("[", "Each line must be one JSON object", 2)]
    [InlineData("{", "Each line must be one JSON object", 2)]
    [InlineData("null", "line 2: is no JSON object")]
    [InlineData("""{"txt": "x"}""", "line 2: has neither 'text' nor 'messages'")]
    [InlineData("""{"text": null}""", "line 2: has neither 'text' nor 'messages'")]
    [InlineData("""{"text": 3}""", "line 2: 'text' is no string")]
    [InlineData("""{"text": "a", "text": "b"}""", "line 2: has the key 'text' twice (character 15)", 15)]
    [InlineData("""{"text": "a", "te\u0078t": "b"}""", "line 2: has the key 'text' twice", 15)]
    [InlineData("""{"messages": [{"role": "user", "content": "a", "content": "b"}, {"role": "assistant", "content": "A"}]}""",
        "line 2: has the key 'messages.content' twice", 48)]
    [InlineData("""{"messages": {}}""", "line 2: 'messages' is no list")]
    [InlineData("""{"messages": [3]}""", "line 2: message 1 is no object")]
    [InlineData("""{"messages": [{"content": "x"}]}""", "line 2: message 1 has no text 'role'")]
    [InlineData("""{"messages": [{"role": "user"}]}""", "line 2: message 1 has no text 'content'")]
    [InlineData("""{"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": 4}]}""", "line 2: message 2 has no text 'content'")]
    [InlineData("""{"messages": [{"role": "user", "content": [1]}]}""", "line 2: message 1 has no text 'content'")]
    [InlineData("""{"messages": [{"role": "user", "content": {"a": 1}}]}""", "line 2: message 1 has no text 'content'")]
    [InlineData("""{"messages": [{"role": "user", "content": null, "name": "N"}]}""", "line 2: message 1 has no text 'content'")]
    [InlineData("""{"messages": []}""", "line 2: no message is the assistant's")]
    [InlineData("""{"messages": [{"role": "user", "content": "x"}]}""", "line 2: no message is the assistant's")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "x"}]}""", "line 2: the first message is the assistant's")]
    [InlineData("""{"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A", "weight": 0.5}]}""",
        "line 2: message 2 has the 'weight' 0.5")]
    [InlineData("""{"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A", "weight": 0}]}""",
        "line 2: all messages of the assistant's have the weight 0")]
    [InlineData("""{"text": "a", "messages": []}""", "line 2: has both 'text' and 'messages'")]
    [InlineData("""{"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}], "tools": "f"}""",
        "line 2: 'tools' is no list of objects")]
    [InlineData("""{"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}], "chat_template_kwargs": [1]}""",
        "line 2: 'chat_template_kwargs' is no object")]
    public void A_malformed_line_is_named(string line, string problem, int? column = null)
    {
        string path = Write($"{{\"text\": \"fine\"}}\n{line}\n");

        DataFileException error = Assert.Throws<DataFileException>(() => Read(path));

        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.Line);
        Assert.Equal(column, error.Column);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_named_by_file_and_line()
    {
        string path = Fixtures.OwnPathOf("cases", "10-lone-surrogate-in-jsonl", "data.jsonl");

        DataFileException error = Assert.Throws<DataFileException>(() => Read(path));

        Assert.StartsWith($"{path}, line 2: holds half of a surrogate pair", error.Message, StringComparison.Ordinal);
        Assert.Equal(10, error.Column);
    }

    [Theory]
    [InlineData("""{"text": "a\udc00"}""")]
    [InlineData("""{"text": "\ude00\ud83d"}""")]
    [InlineData("""{"text": "a", "\ud83d": 1}""")]
    [InlineData("""{"text": "a", "unread": ["\ud83d "]}""")]
    [InlineData("""{"messages": [{"role": "user", "content": "Q", "x": {"y": "\ud800"}}, {"role": "assistant", "content": "A"}]}""")]
    [InlineData("""{"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "\ud83d"}]}""")]
    public void Half_a_surrogate_pair_is_found_wherever_it_stands(string line)
    {
        DataFileException error = Assert.Throws<DataFileException>(() => Read(Write(line)));

        Assert.Contains("line 1: holds half of a surrogate pair", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_pairs_are_characters() =>
        Assert.Equal("\U0001F600", Assert.Single(Read(Write("""{"text": "\ud83d\ude00"}""")).Texts).Text);

    [Fact]
    public void Deep_nesting_is_refused()
    {
        string line = $$"""{"text": "a", "x": {{new string('[', 100_000)}}{{new string(']', 100_000)}}}""";

        Assert.Contains("line 1: is not valid JSON", Assert.Throws<DataFileException>(() => Read(Write(line))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_longer_than_what_is_read_at_once_are_whole()
    {
        string longText = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"é{i}"));

        Assert.Equal([longText, "b", longText],
            Read(Write($$"""{"text": "{{longText}}"}""" + "\r\n{\"text\": \"b\"}\r" + $$"""{"text": "{{longText}}"}""")).Texts.Select(text => text.Text));
    }

    [Fact]
    public void A_line_without_end_is_refused_before_it_fills_the_memory()
    {
        string path = _folder["endless.jsonl"];
        using (FileStream stream = File.Create(path))
        {
            stream.Write("{\"text\": \"fine\"}\n"u8);
            stream.SetLength(200L << 20);
        }

        Assert.Contains("line 2: the line has more than 67108864 bytes", Assert.Throws<DataFileException>(() => Read(path)).Message, StringComparison.Ordinal);
    }

    private static DataFileContents Read(string path) => DataFiles.Read(path, cancellationToken: TestContext.Current.CancellationToken);

    private string Write(string text)
    {
        File.WriteAllText(_folder["a.jsonl"], text);
        return _folder["a.jsonl"];
    }
}
