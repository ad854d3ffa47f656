using System.ComponentModel;
using AdapterToolkit.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Operators;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Modules;

/// <summary>
/// A linear layer with a frozen weight W (out x in): y = Wx, plus s·B(Ax) where the class is marked
/// <see cref="LowRankAttribute"/> and an adapter has factors for the layer. A class that derives from it is
/// <c>partial</c> and marked <see cref="LowRankAttribute"/>, <see cref="QuantizedAttribute"/>, both, or
/// <see cref="FrozenAttribute"/>; the source generator gives it its kernels.
/// </summary>
public abstract partial class Linear : Module
{
    private LinearKernels? _kernels;
    private WeightContents? _unmerged;
    private bool _hadMergedWeight;
    private WeightFormat? _typeBeforeMerge;

    /// <summary>Declares a layer whose weight is yet to be loaded.</summary>
    /// <param name="inFeatures">Features of a row of the input.</param>
    /// <param name="outFeatures">Features of a row of the output.</param>
    /// <param name="bias">Whether the layer adds a frozen bias.</param>
    protected Linear(int inFeatures, int outFeatures, bool bias = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inFeatures);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outFeatures);
        InFeatures = inFeatures;
        OutFeatures = outFeatures;
        Weight = new FrozenWeight("weight", new Shape(outFeatures, inFeatures));
        Bias = bias ? new FrozenWeight("bias", new Shape(outFeatures)) : null;
    }

    /// <summary>Features of a row of the input.</summary>
    public int InFeatures { get; }

    /// <summary>Features of a row of the output.</summary>
    public int OutFeatures { get; }

    /// <summary>W: out x in.</summary>
    public FrozenWeight Weight { get; protected init; }

    /// <summary>The bias, of length out; null where the layer has none.</summary>
    public FrozenWeight? Bias { get; }

    /// <summary>What the layer's <see cref="LowRankAttribute"/> says; null for a layer that never has an adapter.</summary>
    public virtual LowRankSettings? LowRank => null;

    /// <summary>What the layer's <see cref="QuantizedAttribute"/> says; float32 without one.</summary>
    public virtual WeightFormat MarkedFormat => WeightFormat.FullPrecision;

    /// <summary>The factors of the adapter in use; null where it has none for this layer, and after a merge.</summary>
    public LowRankFactors? Factors { get; private set; }

    /// <summary>Whether the weight contains an adapter's product whose factors are kept for <see cref="Unmerge"/>.</summary>
    public bool IsMerged { get; private set; }

    /// <inheritdoc/>
    public override IEnumerable<FrozenWeight> FrozenWeights => Bias is null ? [Weight] : [Weight, Bias];

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => Factors is null || IsMerged ? [] : [Factors.A, Factors.B];

    /// <summary>
    /// The kernels that the source generator wrote for the layer: those for float32 first, then those for every other format
    /// that its weight can be held in.
    /// </summary>
    /// <exception cref="InvalidOperationException">The source generator did not write the class's other half: ADT0001, ADT0002 or ADT0004 says why.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected virtual IReadOnlyList<LinearKernels> KernelSets =>
        throw new InvalidOperationException($"The source generator wrote no kernels for {GetType().Name}. The class must be partial and marked [LowRank], [Quantized] or [Frozen]; the analyzers' errors ADT0001, ADT0002 and ADT0004 say what is amiss.");

    /// <summary>The kernels for the format that the weight is held in now.</summary>
    private LinearKernels Kernels
    {
        get
        {
            WeightFormat format = Weight.Format;
            if (_kernels is null || _kernels.Format != format)
                _kernels = KernelsFor(format)
                    ?? throw new InvalidOperationException($"The weight of layer '{CheckpointPath}' is held in {format}, which its class {GetType().Name} has no kernels for. Mark the class [Quantized({format.Bits})].");
            return _kernels;
        }
    }

    private LowRankFactors? ActiveFactors => IsMerged ? null : Factors;

    /// <summary>y = Wx + s·B(Ax) + bias, for each row.</summary>
    /// <param name="x">The input: rows x in.</param>
    /// <returns>The output: rows x out.</returns>
    /// <exception cref="ArgumentException">The input does not have the layer's features.</exception>
    /// <exception cref="DeviceMemoryException">The device has no room for the output, or it has more numbers than a tensor holds.</exception>
    public Tensor Forward(Tensor x)
    {
        Tensor y = Run(x, out Tensor? u);
        u?.Release();
        return y;
    }

    /// <summary>Runs <see cref="Forward"/> and saves what <see cref="Backward"/> needs.</summary>
    /// <param name="x">The input: rows x in.</param>
    /// <param name="xActive">Whether something upstream of the input trains.</param>
    /// <param name="record">Receives what was saved; null where neither the layer nor anything upstream trains.</param>
    /// <returns>The output: rows x out.</returns>
    public Tensor ForwardSaving(Tensor x, bool xActive, out ForwardRecord? record)
    {
        Tensor y = Run(x, out Tensor? u);
        if (u is not null)
            record = new LinearRecord(x.Retain(), u, xActive);
        else
            record = xActive ? new LinearRecord(null, null, true) : null;
        return y;
    }

    /// <summary>Adds to the gradients of A and B and computes the input's.</summary>
    /// <param name="gradient">The gradient of the output: rows x out.</param>
    /// <param name="record">What <see cref="ForwardSaving"/> saved.</param>
    /// <param name="xGradient">Receives the gradient of the input; null where nothing upstream trains.</param>
    public void Backward(Tensor gradient, ForwardRecord record, out Tensor? xGradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        LinearRecord saved = (LinearRecord)record;
        if (saved.X is null || saved.U is null)
        {
            xGradient = saved.InputActive ? InputGradient(gradient) : null;
            return;
        }

        xGradient = saved.InputActive ? AllocateRows(gradient, InFeatures) : null;

        LowRankFactors factors = Factors ?? throw new InvalidOperationException($"The adapter of layer '{CheckpointPath}' was taken away between its forward and its backward pass.");
        Tensor v = saved.U.AllocateLike();
        if (xGradient is not null)
            Kernels.InputGradient(gradient, Weight, factors, v, xGradient);
        else
            Kernels.ReduceGradient(gradient, factors, v);
        Kernels.FactorGradients(saved.X, gradient, saved.U, v, factors);
        v.Release();
    }

    /// <summary>dx = dy W: the gradient of the input of a layer that runs without adapter.</summary>
    internal Tensor InputGradient(Tensor gradient)
    {
        Tensor result = AllocateRows(gradient, InFeatures);
        Kernels.InputGradient(gradient, Weight, null, null, result);
        return result;
    }

    /// <summary>Gives the layer an adapter's factors, or takes them away. The layer becomes their holder.</summary>
    /// <param name="factors">The factors; null to run without adapter.</param>
    /// <exception cref="ArgumentException">The factors are not of the layer's size.</exception>
    /// <exception cref="InvalidOperationException">The class is not marked <see cref="LowRankAttribute"/>, or an adapter is merged into the weight.</exception>
    public void SetFactors(LowRankFactors? factors)
    {
        if (factors is not null)
        {
            if (LowRank is null)
                throw new InvalidOperationException($"Layer '{CheckpointPath}' has no adapter: its class {GetType().Name} is not marked [LowRank].");
            if (factors.A.Value.Columns != InFeatures || factors.B.Value.Rows != OutFeatures || factors.A.Value.Rows != LowRank.Rank)
                throw new ArgumentException($"The factors of shapes {factors.A.Value.Shape} and {factors.B.Value.Shape} do not fit layer '{CheckpointPath}' ({OutFeatures} x {InFeatures}, rank {LowRank.Rank}).", nameof(factors));
        }

        if (IsMerged)
            throw new InvalidOperationException($"An adapter is merged into the weight of layer '{CheckpointPath}'. Call Unmerge first.");
        if (!ReferenceEquals(Factors, factors))
            Factors?.Dispose();
        Factors = factors;
    }

    /// <inheritdoc/>
    internal override WeightFormat FormatFor(FrozenWeight weight, WeightFormat inFile, WeightStorage storage) =>
        !ReferenceEquals(weight, Weight) || MarkedFormat == WeightFormat.FullPrecision ? WeightFormat.FullPrecision
        : storage == WeightStorage.AsMarked ? (MarkedFormat == WeightFormat.BFloat16 && inFile == WeightFormat.Float16 ? inFile : MarkedFormat)
        : inFile.HasBlocks ? WeightFormat.FullPrecision
        : inFile;

    /// <inheritdoc/>
    internal override void Load(FrozenWeight weight, Device device, ReadOnlySpan<float> values, WeightFormat format, string name)
    {
        if (ReferenceEquals(weight, Weight) && format.Numbers is not null && KernelsFor(format) is { } kernels)
        {
            Weight.ThrowIfLoaded();
            Weight.Load(kernels.Quantize(device, Weight.Shape, values, name));
        }
        else
        {
            base.Load(weight, device, values, format, name);
        }
    }

    /// <summary>The kernels for a format; null where the layer has none.</summary>
    internal LinearKernels? KernelsFor(WeightFormat format) => KernelSets.FirstOrDefault(kernels => kernels.Format == format);

    /// <summary>Gives the memory of the factors back; the weight stays as it is.</summary>
    internal override void Release()
    {
        Factors?.Dispose();
        Factors = null;
        _unmerged?.Dispose();
        _unmerged = null;
        IsMerged = false;
    }

    /// <summary>A tensor of as many rows as another one.</summary>
    private Tensor AllocateRows(Tensor rows, int columns)
    {
        DeviceMemoryException.ThrowIfTooLarge(rows.Device, rows.Rows, columns, CheckpointPath.Length == 0 ? $"A layer of class {GetType().Name}" : $"Layer '{CheckpointPath}'");
        return Tensor.Allocate(rows.Device, rows.Shape.WithColumns(columns));
    }

    private Tensor Run(Tensor x, out Tensor? u)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Columns != InFeatures)
            throw new ArgumentException($"Layer '{CheckpointPath}' takes rows of {InFeatures} features (its weight is {Weight.Shape}), but the input is {x.Shape}.", nameof(x));
        LowRankFactors? factors = ActiveFactors;
        Tensor y = AllocateRows(x, OutFeatures);
        u = factors is null ? null : Tensor.Allocate(x.Device, new Shape(x.Rows, Kernels.Rank));
        Kernels.Forward(x, Weight, Bias, factors, u, y);
        return y;
    }
}
