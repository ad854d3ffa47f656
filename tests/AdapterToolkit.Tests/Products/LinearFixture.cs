using System.Globalization;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;

namespace AdapterToolkit.Tests.Products;

/// <summary>A golden case of one dense linear layer with a low-rank adapter: its settings, operands and results.</summary>
internal sealed class LinearFixture : IDisposable
{
    private readonly SafetensorsFile _file;

    public LinearFixture(string name)
    {
        _file = SafetensorsFile.Open(Fixtures.PathOf("linear", name));
        Name = name;
    }

    /// <summary>The names of all cases but those of quantized weights and of DoRA.</summary>
    public static IEnumerable<string> Names => NamesOf(name => !IsQuantized(name) && !name.StartsWith("dora_", StringComparison.Ordinal));

    /// <summary>The names of the cases of quantized weights.</summary>
    public static IEnumerable<string> QuantizedNames => NamesOf(IsQuantized);

    public string Name { get; }

    public int Rows => Integer("rows");

    public int InFeatures => Integer("in_features");

    public int OutFeatures => Integer("out_features");

    public int Rank => Integer("r");

    public double Alpha => Number("lora_alpha");

    public bool RankStabilized => bool.Parse(_file.Metadata["use_rslora"]);

    public bool HasBias => _file.Contains("bias");

    /// <summary>The loss that the trained tensors were trained on, as a formula.</summary>
    public string Loss => _file.Metadata["loss"];

    /// <summary>How many steps they were trained for.</summary>
    public int TrainingSteps => Integer("adamw_steps");

    /// <summary>A setting that is a number.</summary>
    public double Number(string name) => double.Parse(_file.Metadata[name], CultureInfo.InvariantCulture);

    /// <summary>The numbers of a tensor.</summary>
    public float[] Read(string name) => _file.ReadFloat32(name);

    public void Dispose() => _file.Dispose();

    private int Integer(string name) => int.Parse(_file.Metadata[name], CultureInfo.InvariantCulture);

    private static bool IsQuantized(string name) => name.StartsWith("nf4_", StringComparison.Ordinal);

    private static string[] NamesOf(Func<string, bool> belongs)
    {
        string[] names = [.. Fixtures.Files("linear", "*.safetensors").Select(path => Path.GetFileName(path)).Where(belongs)];
        return names.Length > 0 ? names : throw new FileNotFoundException($"{Path.Combine(Fixtures.Root, "linear")} has no such case.");
    }
}
