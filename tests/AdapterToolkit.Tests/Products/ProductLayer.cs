using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Tests.Products;

/// <summary>A layer of a rank on a device, loaded with operands, and what its products give.</summary>
internal sealed class ProductLayer : IDisposable
{
    private readonly ComputeDevice _device;
    private readonly ProductOperands _operands;

    public ProductLayer(ComputeDevice device, ProductOperands operands)
        : this(device, operands, Create(operands.Rank, operands.InFeatures, operands.OutFeatures, operands.Bias is not null)) =>
        Layer.Weight.Load(device, operands.W);

    /// <summary>Loads a layer whose weight is quantized.</summary>
    public ProductLayer(ComputeDevice device, ProductOperands operands, Linear layer, QuantizedValues weight)
        : this(device, operands, layer) =>
        Layer.Weight.Load(device, weight);

    private ProductLayer(ComputeDevice device, ProductOperands operands, Linear layer)
    {
        _device = device;
        _operands = operands;
        Layer = layer;
        Layer.Bias?.Load(device, operands.Bias);
    }

    public Linear Layer { get; }

    /// <summary>Makes a layer without weights whose kernels are written for a rank; zero for one that never has an adapter.</summary>
    public static Linear Create(int rank, int inFeatures, int outFeatures, bool bias) => rank switch
    {
        0 => new FrozenLayer(inFeatures, outFeatures, bias),
        1 => new Rank1Layer(inFeatures, outFeatures, bias),
        3 => new Rank3Layer(inFeatures, outFeatures, bias),
        4 => new Rank4Layer(inFeatures, outFeatures, bias),
        8 => new Rank8Layer(inFeatures, outFeatures, bias),
        16 => new Rank16Layer(inFeatures, outFeatures, bias),
        37 => new Rank37Layer(inFeatures, outFeatures, bias),
        _ => throw new ArgumentOutOfRangeException(nameof(rank), rank, "No layer of the tests is compiled for this rank; declare one."),
    };

    public void AddAdapter() => Layer.SetFactors(new LowRankFactors(
        _device, "layer", Layer.LowRank!, _operands.Rank, _operands.Alpha, rankStabilized: false, _operands.A, _operands.B));

    public float[] Forward()
    {
        using TensorScope scope = new();
        return Layer.Forward(Tensor.From(_device, new Shape(_operands.Rows, _operands.InFeatures), _operands.X)).ToArray();
    }

    /// <summary>Runs forward and backward, and gives dx where the input is active.</summary>
    public float[]? ForwardBackward(bool inputActive)
    {
        using Tensor x = Tensor.From(_device, new Shape(_operands.Rows, _operands.InFeatures), _operands.X);
        using Tensor dy = Tensor.From(_device, new Shape(_operands.Rows, _operands.OutFeatures), _operands.Dy);
        using Tensor y = Layer.ForwardSaving(x, inputActive, out ForwardRecord? record);
        Layer.Backward(dy, record!, out Tensor? dx);
        record!.Release();
        float[]? values = dx?.ToArray();
        dx?.Release();
        return values;
    }

    public float[] GradientOfA() => Layer.Factors!.A.Gradient!.ToArray();

    public float[] GradientOfB() => Layer.Factors!.B.Gradient!.ToArray();

    public void Dispose()
    {
        Layer.SetFactors(null);
        Layer.Weight.Dispose();
        Layer.Bias?.Dispose();
    }
}
