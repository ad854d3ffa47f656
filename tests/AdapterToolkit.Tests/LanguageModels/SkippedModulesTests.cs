using System.Text.Json.Nodes;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>What <c>quantization_config</c> says is what is loaded, or it is refused.</summary>
[Trait("Device", "cpu")]
public sealed class SkippedModulesTests : IDisposable
{
    private const string Down = "model.layers.0.mlp.down_proj";

    private readonly TemporaryFolder _temporary = new();
    private readonly CpuDevice _device = new();

    private static string Case => Fixtures.OwnPathOf("cases", "04-skip-modules-quantized-anyway");

    private string Folder => _temporary["model"];

    public void Dispose()
    {
        _device.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void A_projection_that_is_named_stays_as_the_file_has_it_and_is_named_again()
    {
        using (LlamaModel model = LlamaModel.Load(Case, _device))
        {
            Assert.All(model.LinearLayers,
                layer => Assert.Equal(layer.CheckpointPath == Down ? WeightFormat.FullPrecision : WeightFormat.NF4(), layer.Weight.Format));
            using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(Case, Checkpoint.SingleFileName));
            Assert.Equal(file.ReadFloat32(Down + ".weight"), model.LinearLayers.Single(layer => layer.CheckpointPath == Down).Weight.ToArray());
            model.Save(Folder);
        }

        JsonNode config = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, LlamaConfig.FileName)))!["quantization_config"]!;
        Assert.Contains(Down, config["llm_int8_skip_modules"]!.AsArray().Select(name => (string?)name));
        using Checkpoint saved = Checkpoint.Open(Folder);
        Assert.Equal(SafetensorsType.F32, saved.GetEntry(Down + ".weight").Type);
        LlamaModel.Load(Folder, _device).Dispose();
    }

    [Theory]
    [InlineData("""["down_proj", "lm_head"]""")]
    [InlineData("""["model.layers.0.mlp"]""")]
    [InlineData("""["mlp.down_proj"]""")]
    [InlineData("""["model.layers.0"]""")]
    public void A_name_is_a_beginning_or_an_end_as_in_transformers(string skipped)
    {
        CopyCase(json => json["quantization_config"]!["llm_int8_skip_modules"] = JsonNode.Parse(skipped));
        using LlamaModel model = LlamaModel.Load(Folder, _device);
        Assert.Equal(WeightFormat.FullPrecision, model.LinearLayers.Single(layer => layer.CheckpointPath == Down).Weight.Format);
    }

    [Theory]
    [InlineData("""["lm_head"]""")]
    [InlineData("""[]""")]
    [InlineData("""false""")]
    [InlineData("""["up_proj"]""")]
    public void A_projection_that_is_not_quantized_and_not_named_is_refused(string skipped)
    {
        CopyCase(json => json["quantization_config"]!["llm_int8_skip_modules"] = JsonNode.Parse(skipped));
        Refuses(Down, "'llm_int8_skip_modules' does not name");
    }

    [Fact]
    public void A_projection_that_is_quantized_and_named_is_refused()
    {
        const string up = "model.layers.0.mlp.up_proj";
        CopyCase(json => json["quantization_config"]!["llm_int8_skip_modules"]!.AsArray().Add(up));
        Refuses(up, $"names '{up}' as one that is not");
    }

    [Theory]
    [InlineData("bnb_4bit_quant_type", "\"fp4\"", "says FP4")]
    [InlineData("bnb_4bit_use_double_quant", "false", "with scales in float32")]
    public void A_format_that_the_tensors_do_not_have_is_refused(string key, string value, string expected)
    {
        CopyCase(json => json["quantization_config"]![key] = JsonNode.Parse(value));
        Refuses("model.layers.0", expected);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("false")]
    public void Quantized_tensors_without_a_word_in_the_configuration_are_read_as_they_are_and_said(string value)
    {
        CopyCase(json => json["quantization_config"] = JsonNode.Parse(value));
        ListLogger logger = new();
        using LlamaModel model = LlamaModel.Load(Folder, _device, new LoadOptions { Logger = logger }, TestContext.Current.CancellationToken);
        Assert.Contains("has no 'quantization_config', but tensors such as",
            Assert.Single(logger.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    private void CopyCase(Action<JsonNode> change)
    {
        Directory.CreateDirectory(Folder);
        File.Copy(Path.Combine(Case, Checkpoint.SingleFileName), Path.Combine(Folder, Checkpoint.SingleFileName));
        JsonNode config = JsonNode.Parse(File.ReadAllText(Path.Combine(Case, LlamaConfig.FileName)))!;
        change(config);
        File.WriteAllText(Path.Combine(Folder, LlamaConfig.FileName), config.ToJsonString());
    }

    private void Refuses(string tensor, string problem)
    {
        CheckpointException refused = Assert.Throws<CheckpointException>(() => LlamaModel.Load(Folder, _device));
        Assert.StartsWith(tensor, refused.TensorName, StringComparison.Ordinal);
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, _device.HeldBytes);
    }
}
