using FineTune.Data;
using Xunit;

namespace FineTune.Tests.Data;

public sealed class DataFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Paragraphs_of_a_text_file_are_its_texts()
    {
        string file = Write("a.txt", "First line\r\nsecond line\r\n\r\n  \r\nThird.\n");

        Assert.Equal(["First line\nsecond line", "Third."], DataFiles.Read(file).Texts);
    }

    [Fact]
    public void Lines_of_a_jsonl_file_are_texts_or_conversations()
    {
        string file = Write(
            "a.jsonl",
            """
            {"text": "A text.", "source": "ignored"}

            {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}
            """);

        Corpus corpus = DataFiles.Read(file);

        Assert.Equal(["A text."], corpus.Texts);
        Assert.Equal("Q\nA", Assert.Single(corpus.Conversations).Text);
    }

    [Fact]
    public void A_folder_is_read_in_the_order_of_its_paths_without_other_files()
    {
        Write("b.txt", "second");
        Write("a.md", "first");
        Write("c.bin", "ignored");
        Directory.CreateDirectory(Path.Combine(_folder, "d"));
        Write(Path.Combine("d", "e.jsonl"), """{"text": "third"}""");

        Assert.Equal(["first", "second", "third"], DataFiles.Read(_folder).Texts);
    }

    [Theory]
    [InlineData("{", "line 2: is not valid JSON")]
    [InlineData("[1]", "line 2: is no JSON object")]
    [InlineData("""{"txt": "x"}""", "line 2: has neither 'text' nor 'messages'")]
    [InlineData("""{"text": 3}""", "line 2: 'text' is no string")]
    [InlineData("""{"messages": {}}""", "line 2: 'messages' is no list")]
    [InlineData("""{"messages": [{"role": "robot", "content": "x"}]}""", "line 2: message 1 has the role 'robot'")]
    [InlineData("""{"messages": [{"role": "user"}]}""", "line 2: message 1 has no text 'content'")]
    [InlineData("""{"messages": [{"role": "user", "content": "x"}]}""", "line 2: no message is the assistant's")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "x"}]}""", "line 2: the first message is the assistant's")]
    public void A_malformed_line_is_named(string line, string problem)
    {
        string file = Write("a.jsonl", $"{{\"text\": \"fine\"}}\n{line}\n");

        UserException exception = Assert.Throws<UserException>(() => DataFiles.Read(file));

        Assert.Contains(file, exception.Message, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.txt", "there is no such file or folder")]
    [InlineData("a.csv", "must end in .txt, .md or .jsonl")]
    [InlineData("empty.txt", "there is no text in it")]
    [InlineData(".", "holds no .txt, .md or .jsonl file")]
    public void What_can_not_be_read_is_named(string name, string problem)
    {
        if (name is "a.csv" or "empty.txt")
            Write(name, "");

        UserException exception = Assert.Throws<UserException>(() => DataFiles.Read(Path.Combine(_folder, name)));

        Assert.Contains("--data", exception.Message, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
