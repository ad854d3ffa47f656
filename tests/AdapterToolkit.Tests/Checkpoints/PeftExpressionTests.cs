using System.Diagnostics;
using System.Text.Json;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>Regular expressions of an adapter's configuration that are none, or take too long.</summary>
public sealed class PeftExpressionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder[PeftAdapterConfig.FileName];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a)|(b")]
    [InlineData("(?x) q_proj # the query")]
    [InlineData("(")]
    [InlineData("[")]
    [InlineData("q_proj\\")]
    [InlineData("(?P<name>q_proj)")]
    public void What_is_none_alone_or_inside_the_whole_is_refused_at_load(string expression)
    {
        Write(expression, "v_proj");
        Assert.Contains("'target_modules' has the regular expression",
            Assert.Throws<CheckpointException>(() => PeftAdapterConfig.FromFile(FilePath)).Message, StringComparison.Ordinal);
        Write(".*", expression);
        Assert.Contains("'rank_pattern' has the regular expression",
            Assert.Throws<CheckpointException>(() => PeftAdapterConfig.FromFile(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_expressions_are_refused_before_they_are_compiled()
    {
        Write(string.Concat(Enumerable.Repeat("(a{0,999}b){0,999}", 4000)), "v_proj");
        Assert.Contains("more than 4096 are not accepted",
            Assert.Throws<CheckpointException>(() => PeftAdapterConfig.FromFile(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_takes_long_to_compile_is_refused_in_time()
    {
        Write(string.Concat(Enumerable.Repeat(@"(?i)[\u0001-\uFFFF]", 200)), "v_proj");
        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            PeftAdapterConfig.FromFile(FilePath);
        }
        catch (CheckpointException error)
        {
            Assert.Contains("takes too long to compile", error.Message, StringComparison.Ordinal);
        }

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_match_that_takes_too_long_is_an_error_that_names_file_and_expression()
    {
        Write("model.(.+)+.lora", "v_proj");
        PeftAdapterConfig config = PeftAdapterConfig.FromFile(FilePath);
        string path = "model." + new string('a', 200);
        Assert.Contains("'model.(.+)+.lora' takes too long", Assert.Throws<CheckpointException>(() => config.Targets(path)).Message, StringComparison.Ordinal);

        SafetensorsWriter.Write(_folder[PeftAdapterFile.TensorsFileName], [Factor("A", 2, 3), Factor("B", 3, 2)]);
        CheckpointException error = Assert.Throws<CheckpointException>(() => PeftAdapterFile.Read(_folder.Path));
        Assert.Equal(FilePath, error.FilePath);
        Assert.Contains("takes too long", error.Message, StringComparison.Ordinal);

        SafetensorsTensor Factor(string name, int rows, int columns) =>
            SafetensorsTensor.OfFloats($"base_model.model.{path}.lora_{name}.weight", [rows, columns], new float[rows * columns]);
    }

    [Fact]
    public void More_patterns_than_layers_of_any_model_are_refused()
    {
        Dictionary<string, int> patterns = Enumerable.Range(0, 5000).ToDictionary(i => $"layers.{i}", _ => 2);
        File.WriteAllText(FilePath,
            JsonSerializer.Serialize(new { peft_type = "LORA", r = 2, lora_alpha = 2, target_modules = ".*", rank_pattern = patterns }));
        Assert.Contains("'rank_pattern' has 5000 entries",
            Assert.Throws<CheckpointException>(() => PeftAdapterConfig.FromFile(FilePath)).Message, StringComparison.Ordinal);
    }

    private void Write(string targets, string pattern) => File.WriteAllText(
        FilePath,
        JsonSerializer.Serialize(
            new { peft_type = "LORA", r = 2, lora_alpha = 2, target_modules = targets, rank_pattern = new Dictionary<string, int> { [pattern] = 2 } }));
}
