using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Benchmarks;

/// <summary>A frozen layer that is quantized to NF4, double quantized, unless it is loaded in another format.</summary>
[Quantized(4)]
public sealed partial class QuantizedLayer : Linear
{
    private QuantizedLayer(int inFeatures, int outFeatures)
        : base(inFeatures, outFeatures)
    {
    }

    /// <summary>Layers that hold the same numbers, each in memory of its own.</summary>
    /// <param name="device">The device.</param>
    /// <param name="count">How many.</param>
    /// <param name="features">Features of a row of their input, and of their output.</param>
    /// <param name="values">The weight: features x features.</param>
    /// <param name="format">How it is held.</param>
    public static QuantizedLayer[] Copies(ComputeDevice device, int count, int features, float[] values, WeightFormat format)
    {
        QuantizedValues? quantized = format == WeightFormat.FullPrecision ? null : Quantizer.Quantize(values, format, nameof(Weight));
        QuantizedLayer[] layers = [.. Enumerable.Range(0, count).Select(_ => new QuantizedLayer(features, features))];
        foreach (QuantizedLayer layer in layers)
        {
            if (quantized is null)
                layer.Weight.Load(device, values);
            else
                layer.Weight.Load(device, quantized);
        }

        return layers;
    }

    /// <summary>Runs every layer on the same input.</summary>
    public static void RunAll(QuantizedLayer[] layers, Tensor x)
    {
        foreach (QuantizedLayer layer in layers)
            layer.Forward(x).Release();
    }
}
