using AdapterToolkit.Formats;
using AdapterToolkit.Models;
using AdapterToolkit.Tests.Shared;
using AdapterToolkit.Training;
using FineTune.Data;
using Xunit;

namespace FineTune.Tests.Data;

public sealed class CorpusTests : IDisposable
{
    private static readonly TextEncoder s_encoder = SampleEncoder();

    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("missing.txt", "there is no such file or folder")]
    [InlineData("a.csv", "must end in .txt, .md or .jsonl")]
    [InlineData("empty.txt", "there is no text in it")]
    [InlineData("blank.jsonl", "there is no text in it")]
    [InlineData(".", "holds no .txt, .md or .jsonl file")]
    public void What_can_not_be_read_is_named(string name, string problem)
    {
        if (name != "." && name != "missing.txt")
            Write(name, " \n\n");

        UserException exception = Assert.Throws<UserException>(() => Read(Path.Combine(_folder, name)));

        Assert.Contains("--data", exception.Message, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        if (name == ".")
            Assert.DoesNotContain("a.csv", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_line_is_named_by_file_and_line()
    {
        string file = Write("a.jsonl", "{\"text\": \"fine\"}\n{\"text\": 3}\n");

        UserException exception = Assert.Throws<UserException>(() => Read(file));

        Assert.Equal($"--data {file}, line 2: 'text' is no string.", exception.Message);
    }

    [Theory]
    [InlineData("code.txt")]
    [InlineData("code.md")]
    [InlineData("separators.txt")]
    public void A_text_file_trains_as_it_is(string name)
    {
        string file = Path.Combine(SolutionFolder.Find(), "tests", "Fixtures", "cases", "06-text-files-lose-indentation-and-separators", name);

        PreparedData data = Read(file).Prepare(s_encoder, 4096, TestContext.Current.CancellationToken);

        Assert.Equal(File.ReadAllText(file).Replace('\r', '\n'), string.Concat(data.Training.Concat(data.HeldOut).Select(TextOf)));
        Assert.Empty(data.Notes);
    }

    [Fact]
    public void Every_character_of_a_long_file_trains_or_is_held_out()
    {
        string text = string.Concat(Enumerable.Range(0, 200)
            .Select(i => $"Paragraph {i}\n\n{(i % 3 == 0 ? "    its code\n \t\n" : "")}{(i % 7 == 0 ? "~~~\nx\n\ny\n~~~\n" : "")}"));
        string file = Write("long.txt", text);

        PreparedData data = Read(file).Prepare(s_encoder, 64, TestContext.Current.CancellationToken);

        string[] training = Texts(data.Training), heldOut = Texts(data.HeldOut);
        Assert.InRange(heldOut.Sum(part => part.Length), text.Length / 30, text.Length / 5);
        int position = 0;
        List<string> trainingLeft = [.. training], heldOutLeft = [.. heldOut];
        while (position < text.Length)
        {
            List<string> source = trainingLeft is [var next, ..] && text.AsSpan(position).StartsWith(next) ? trainingLeft : heldOutLeft;
            Assert.True(text.AsSpan(position).StartsWith(source[0]), text[position..]);
            position += source[0].Length;
            source.RemoveAt(0);
        }

        Assert.Empty(trainingLeft);
        Assert.Empty(heldOutLeft);
    }

    [Fact]
    public void Texts_of_lines_are_whole_and_empty_ones_are_counted()
    {
        string file = Write("a.jsonl", "{\"text\": \"One.\\n\\nTwo.\\r\\n \"}\n{\"text\": \"Three.\"}\n{\"text\": \"\"}\n");

        PreparedData data = Read(file).Prepare(s_encoder, 64, TestContext.Current.CancellationToken);

        Assert.Equal(["One.\n\nTwo.\r\n ", "Three."], Texts(data.Training).Concat(Texts(data.HeldOut)).Order(StringComparer.Ordinal));
        Assert.Equal("1 of 3 texts are left out: they are empty.", Assert.Single(data.Notes));
        Assert.Equal(new DataCounts(3, 1, 0, 0, 0), data.Counts);
        Assert.NotEmpty(data.HeldOut);
    }

    [Fact]
    public void Files_of_a_folder_that_are_not_read_are_counted()
    {
        Write("a.txt", "A text of the folder.");
        Write("b.pdf", "");
        Write("c", "");

        PreparedData data = Read(_folder).Prepare(s_encoder, 64, TestContext.Current.CancellationToken);

        Assert.Equal("2 files of the folder are not read: their names do not end in .txt, .md or .jsonl.", Assert.Single(data.Notes));
    }

    [Fact]
    public void Where_more_is_held_out_than_is_measured_the_run_says_so()
    {
        string file = Write("long.txt", string.Concat(Enumerable.Range(0, 60_000).Select(i => $"Paragraph number {i} of this text.\n\n")));

        PreparedData data = Read(file).Prepare(s_encoder, 128, TestContext.Current.CancellationToken);

        Assert.Contains("tokens that are held out the first 32,", Assert.Single(data.Notes), StringComparison.Ordinal);
        Assert.InRange(data.HeldOut.Sum(sequence => sequence.Ids.Length), 32_000, 32_768);
    }

    [Fact]
    public void A_single_token_is_nothing_to_learn()
    {
        UserException exception = Assert.Throws<UserException>(() => new Corpus("test", [new DataText("", "test", IsWholeFile: false)], [])
            .Prepare(s_encoder, 64, TestContext.Current.CancellationToken));

        Assert.Contains("nothing is left to learn. 1 of 1 texts are left out", exception.Message, StringComparison.Ordinal);
    }

    private static Corpus Read(string path) => Corpus.Read(path, TestContext.Current.CancellationToken);

    private static TextEncoder SampleEncoder()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "base-model");
        return new TextEncoder(folder, CausalModelConfig.FromFolder(folder));
    }

    private static string TextOf(TrainingSequence sequence) => s_encoder.Tokenizer.Decode(sequence.Ids.Span, skipSpecialTokens: true);

    /// <summary>The texts of windows that stand one after the other, each after a separator.</summary>
    private static string[] Texts(IReadOnlyList<TrainingSequence> sequences)
    {
        List<List<int>> texts = [];
        foreach (int id in sequences.SelectMany(sequence => sequence.Ids.ToArray()))
        {
            if (id == s_encoder.Separator)
                texts.Add([]);
            else
                texts[^1].Add(id);
        }

        return [.. texts.Select(ids => s_encoder.Tokenizer.Decode([.. ids], skipSpecialTokens: false))];
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
