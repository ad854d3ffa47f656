using System.Text;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>JSON that is odd: what is read of it, and what the errors say.</summary>
public sealed class JsonFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder["settings.json"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"a": 1, "a": 2}""", "the file has the key 'a' twice (line 1). Remove one of the two.")]
    [InlineData("{\"x\": [{\"b\": 1,\n\"c\": {\"d\": 1, \"\\u0064\": 1}}]}", "the file has the key 'x.c.d' twice (line 2). Remove one of the two.")]
    [InlineData("{\"x\":\nNaN}", "it has NaN, as Python writes numbers that are not finite (line 2, at 'x')")]
    [InlineData("""{"x": [1, Infinity]}""", "it has Infinity, as Python writes numbers that are not finite (line 1, at 'x')")]
    [InlineData("""{"x": -Infinity}""", "it has -Infinity, as Python writes numbers that are not finite (line 1, at 'x')")]
    [InlineData("{\"x\":\n\"\\ud83d\"}", "holds half of a surrogate pair (\\ud800 to \\udfff), which is no character (line 2, at 'x')")]
    [InlineData("""{"\udc00": 1}""", "holds half of a surrogate pair (\\ud800 to \\udfff), which is no character (line 1)")]
    [InlineData("""{"x": 01}""", "(line 1, at 'x')")]
    [InlineData("{\"x\": {\"y\":\n1}", "(line 2, at 'x')")]
    [InlineData("""{"x": 1} {}""", "not valid JSON")]
    [InlineData("[1]", "does not hold a JSON object")]
    public void The_fault_is_named_with_its_place(string json, string problem)
    {
        File.WriteAllText(FilePath, json);
        CheckpointException error = Assert.Throws<CheckpointException>(() => Text("x"));
        Assert.Equal(FilePath, error.FilePath);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_an_error()
    {
        File.WriteAllText(FilePath, string.Concat(Enumerable.Repeat("{\"a\":", 100_000)));
        Assert.Contains("maximum configured depth", Assert.Throws<CheckpointException>(() => Text("a")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    [InlineData("1e39")]
    [InlineData("1e-50", "1E-50")]
    [InlineData("0")]
    [InlineData("-0.0")]
    [InlineData("\"1\"")]
    public void Numbers_beyond_float32_are_refused(string number, string? shown = null)
    {
        File.WriteAllText(FilePath, $$"""{"x": {{number}}}""");
        string message = Assert.Throws<CheckpointException>(() => JsonFile.Read(FilePath, json => json.FindPositive("x"))).Message;
        Assert.Contains($"'x' is {shown ?? number}; a number greater than zero, within float32's range", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2147483648")]
    [InlineData("1e3")]
    [InlineData("1.0")]
    [InlineData("-1")]
    [InlineData("1e400")]
    public void Whole_numbers_have_their_bounds(string number)
    {
        File.WriteAllText(FilePath, $$"""{"x": {{number}}}""");
        Assert.Contains($"'x' is {number}; a whole number from 0",
            Assert.Throws<CheckpointException>(() => JsonFile.Read(FilePath, json => json.FindInt("x", 0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_no_fault_and_other_encodings_are()
    {
        File.WriteAllText(FilePath, """{"x": "caf\u00e9 ☕"}""", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal("caf\u00e9 ☕", Text("x"));
        File.WriteAllText(FilePath, """{"x": "y"}""", Encoding.Unicode);
        Assert.Contains("UTF-16", Assert.Throws<CheckpointException>(() => Text("x")).Message, StringComparison.Ordinal);
        File.WriteAllBytes(FilePath, [.. "{\"x\": \""u8, 0xE9, .. "\"}"u8]);
        Assert.Contains("byte 0xE9 at offset 7 (line 1)", Assert.Throws<CheckpointException>(() => Text("x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_duplicate_key_in_a_configuration_is_refused_when_it_is_loaded()
    {
        string path = Fixtures.OwnPathOf("cases", "11-duplicate-key-in-config-crashes-after-training", LlamaConfig.FileName);
        Assert.Contains("has the key 'use_cache' twice", Assert.Throws<CheckpointException>(() => LlamaConfig.FromFile(path)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "vocab_size": 16777216, "hidden_size": 1048576 """, "'vocab_size' asks for matrices of 16777216 x 1048576 numbers")]
    [InlineData(""" "vocab_size": 8, "hidden_size": 65536, "intermediate_size": 65536 """, "'intermediate_size' asks for matrices of 65536 x 65536 numbers")]
    public void A_configuration_of_matrices_beyond_what_can_be_counted_is_refused(string sizes, string problem)
    {
        string rest = sizes.Contains("intermediate", StringComparison.Ordinal) ? "" : """, "intermediate_size": 8""";
        File.WriteAllText(FilePath, $$"""{"model_type": "llama", {{sizes}}, "num_hidden_layers": 1, "num_attention_heads": 8{{rest}}}""");
        Assert.Contains(problem, Assert.Throws<CheckpointException>(() => LlamaConfig.FromFile(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Quotes_of_files_are_short_in_one_line_and_harmless_on_a_terminal()
    {
        Assert.Equal("a b\\u001B[31m", Excerpt.Of("a \r\n\t b\u001b[31m"));
        string cut = Excerpt.Of(string.Concat(Enumerable.Repeat("\U0001F600", 300)));
        Assert.EndsWith("\U0001F600...", cut, StringComparison.Ordinal);
        Assert.InRange(cut.Length, 200, 204);
    }

    private string? Text(string key) => JsonFile.Read(FilePath, json => json.FindText(key));
}
