using System.Globalization;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Adapters;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>
/// The golden case of prefix tuning: one matrix of virtual tokens x (layers · 2 · key heads · head's features), in each layer the keys before the values,
/// and what PEFT computes with it. The positions of a sequence's own tokens begin behind the virtual ones.
/// </summary>
internal sealed class PrefixCase : IDisposable
{
    private const string Embeddings = "prompt_embeddings";

    private readonly SafetensorsFile _expected = SafetensorsFile.Open(Fixtures.PathOf("llama-tiny", "prefix", "expected.safetensors"));
    private readonly int _columns;

    /// <summary>Puts the virtual tokens on a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="layers">How many layers the model has.</param>
    public PrefixCase(ComputeDevice device, int layers)
    {
        string adapter = Fixtures.PathOf("llama-tiny", "prefix", "adapter", "adapter_model.safetensors");
        using SafetensorsFile file = SafetensorsFile.Open(adapter);
        float[] embeddings = file.ReadFloat32(Embeddings);
        Count = int.Parse(_expected.Metadata["num_virtual_tokens"], CultureInfo.InvariantCulture);
        _columns = embeddings.Length / (Count * layers * 2);
        Tokens = [.. Enumerable.Range(0, layers).Select(layer => new VirtualTokens(Open(2 * layer), Open((2 * layer) + 1)))];

        Parameter Open(int part) => new(Tensor.From(device, new Shape(Count, _columns), Part(embeddings, part)), $"part {part}");
    }

    /// <summary>How many virtual tokens there are.</summary>
    public int Count { get; }

    /// <summary>The virtual tokens of each layer.</summary>
    public VirtualTokens[] Tokens { get; }

    /// <summary>What trains.</summary>
    public IEnumerable<Parameter> Parameters => Tokens.SelectMany(own => (Parameter[])[own.Key, own.Value]);

    /// <summary>The logits of every row.</summary>
    public float[] Logits => _expected.ReadFloat32("logits");

    /// <summary>The mean loss.</summary>
    public float Loss => _expected.ReadFloat32("loss")[0];

    /// <summary>The gradient of a parameter.</summary>
    /// <param name="part">Its place among <see cref="Parameters"/>.</param>
    public float[] Gradient(int part) => Part(_expected.ReadFloat32($"grad.{Embeddings}"), part);

    /// <summary>The virtual tokens as adapter weights.</summary>
    /// <param name="rows">The rows that they stand before; null for all.</param>
    public GivenPrefixes On(IReadOnlyList<RowRange>? rows = null) => new(site => [Tokens[site] with { Rows = rows }]);

    public void Dispose()
    {
        foreach (Parameter parameter in Parameters)
            parameter.Dispose();
        _expected.Dispose();
    }

    private float[] Part(float[] matrix, int part)
    {
        int stride = matrix.Length / Count;
        return [.. Enumerable.Range(0, Count).SelectMany(row => matrix.AsSpan((row * stride) + (part * _columns), _columns).ToArray())];
    }
}
