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

    /// <inheritdoc/>
    public override IEnumerable<FrozenWeight> FrozenWeights => Bias is null ? [Weight] : [Weight, Bias];

    /// <summary>
    /// The kernels that the source generator wrote for the layer: those for float32 first, then those for every other format
    /// that its weight can be held in.
    /// </summary>
    /// <exception cref="InvalidOperationException">The source generator did not write the class's other half: ADT0001, ADT0002 or ADT0004 says why.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected virtual IReadOnlyList<LinearKernels> KernelSets =>
        throw new InvalidOperationException($"The source generator wrote no kernels for {ClassName}. "
            + "The class must be partial and marked [LowRank], [Quantized] or [Frozen]; "
            + "the analyzers' errors ADT0001, ADT0002 and ADT0004 say what is amiss.");

    /// <summary>The kernels for the format that the weight is held in now.</summary>
    private LinearKernels Kernels
    {
        get
        {
            WeightFormat format = Weight.Format;
            if (_kernels is null || _kernels.Format != format)
                _kernels = KernelsFor(format)
                    ?? throw new InvalidOperationException($"The weight of layer '{CheckpointPath}' is held in {format}, "
                        + $"which its class {ClassName} has no kernels for. Mark the class [Quantized({format.Bits})].");
            return _kernels;
        }
    }

    /// <summary>y = Wx + s·B(Ax) + bias, for each row, with the adapter in use.</summary>
    /// <param name="x">The input: rows x in.</param>
    /// <returns>The output: rows x out.</returns>
    /// <exception cref="ArgumentException">The input does not have the layer's features.</exception>
    /// <exception cref="DeviceMemoryException">The device has no room for the output, or it has more numbers than a tensor holds.</exception>
    public Tensor Forward(Tensor x) => Evaluate(x, Pass.Active);

    /// <summary><see cref="Forward"/> with the adapters of a pass.</summary>
    /// <param name="x">The input: rows x in.</param>
    /// <param name="pass">Says which adapters run on which rows.</param>
    /// <returns>The output: rows x out.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Tensor Evaluate(Tensor x, Pass pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        LowRankTerms terms = pass.TermsOf(this);
        pass.NoteUse(terms);
        Tensor y = Run(x, terms, out Tensor? u);
        u?.Release();
        return y;
    }

    /// <summary>Runs <see cref="Forward"/> and saves what <see cref="Backward"/> needs.</summary>
    /// <param name="x">The input: rows x in.</param>
    /// <param name="xActive">Whether something upstream of it trains.</param>
    /// <param name="record">Receives what was saved; null where neither the layer nor anything upstream trains.</param>
    /// <returns>The output: rows x out.</returns>
    public Tensor ForwardSaving(Tensor x, bool xActive, out ForwardRecord? record) => ForwardSaving(x, xActive, Pass.Active, out record);

    /// <summary>Runs <see cref="Forward"/> with the adapters of a pass and saves what <see cref="Backward"/> needs.</summary>
    /// <param name="x">The input: rows x in.</param>
    /// <param name="xActive">Whether something upstream of the input trains.</param>
    /// <param name="pass">Says which adapters run on which rows.</param>
    /// <param name="record">Receives what was saved; null where neither the layer nor anything upstream trains.</param>
    /// <returns>The output: rows x out.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Tensor ForwardSaving(Tensor x, bool xActive, Pass pass, out ForwardRecord? record)
    {
        ArgumentNullException.ThrowIfNull(pass);
        LowRankTerms terms = pass.TermsOf(this);
        pass.NoteUse(terms);
        Tensor y = Run(x, terms, out Tensor? u);
        if (u is not null)
            record = new LinearRecord(pass, terms, x.Retain(), u, xActive);
        else
            record = xActive ? new LinearRecord(pass, terms, null, null, true) : null;
        return y;
    }

    /// <summary>Adds to the gradients of A and B and computes the input's.</summary>
    /// <param name="gradient">The gradient of the output: rows x out.</param>
    /// <param name="record">What <see cref="ForwardSaving(Tensor, bool, out ForwardRecord)"/> saved.</param>
    /// <param name="xGradient">Receives the gradient of the input; null where nothing upstream trains.</param>
    public void Backward(Tensor gradient, ForwardRecord record, out Tensor? xGradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        LinearRecord saved = (LinearRecord)record;
        xGradient = saved.InputActive ? AllocateRows(gradient, InFeatures) : null;
        if (saved.X is null || saved.U is null)
        {
            if (xGradient is not null)
                Kernels.InputGradient(gradient, Weight, LowRankTerms.None, null, xGradient);
            return;
        }

        Tensor v = saved.U.AllocateLike();
        if (xGradient is not null)
            Kernels.InputGradient(gradient, Weight, saved.Terms, v, xGradient);
        else
            Kernels.ReduceGradient(gradient, saved.Terms, v);
        Kernels.FactorGradients(saved.X, gradient, saved.U, v, saved.Terms, saved.Pass);
        v.Release();
    }

    /// <summary>dx = dy W: the gradient of the input of a layer that runs without adapter.</summary>
    internal Tensor InputGradient(Tensor gradient)
    {
        Tensor result = AllocateRows(gradient, InFeatures);
        Kernels.InputGradient(gradient, Weight, LowRankTerms.None, null, result);
        return result;
    }

    /// <inheritdoc/>
    internal override bool TrainsItself(Pass pass) => !pass.TermsOf(this).IsEmpty;

    /// <summary>Throws unless factors are of the layer's size.</summary>
    /// <param name="factors">The factors.</param>
    /// <exception cref="ArgumentException">The factors are not of the layer's size.</exception>
    /// <exception cref="InvalidOperationException">The class is not marked <see cref="LowRankAttribute"/>.</exception>
    internal void ThrowIfUnfit(LowRankFactors factors)
    {
        if (LowRank is null)
            throw new InvalidOperationException($"Layer '{CheckpointPath}' has no adapter: its class {ClassName} is not marked [LowRank].");
        if (factors.A.Value.Columns != InFeatures || factors.B.Value.Rows != OutFeatures || factors.A.Value.Rows != LowRank.Rank)
        {
            throw new ArgumentException($"The factors of shapes {factors.A.Value.Shape} and {factors.B.Value.Shape} do not fit layer "
                + $"'{CheckpointPath}' ({OutFeatures} x {InFeatures}, rank {LowRank.Rank}).", nameof(factors));
        }
    }

    /// <inheritdoc/>
    internal override WeightFormat FormatFor(FrozenWeight weight, WeightFormat inFile, WeightStorage storage) =>
        !ReferenceEquals(weight, Weight) || MarkedFormat == WeightFormat.FullPrecision ? WeightFormat.FullPrecision
        : storage == WeightStorage.AsMarked ? (MarkedFormat == WeightFormat.BFloat16 && inFile == WeightFormat.Float16 ? inFile : MarkedFormat)
        : inFile.HasBlocks ? WeightFormat.FullPrecision
        : inFile;

    /// <inheritdoc/>
    internal override void Load(FrozenWeight weight, ComputeDevice device, ReadOnlySpan<float> values, WeightFormat format, string name)
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

    /// <summary>W += sign·s·BA, in place, for a weight in float32.</summary>
    /// <param name="factors">A, B and s.</param>
    /// <param name="sign">1 to add, -1 to take away.</param>
    internal void AddToWeight(LowRankFactors factors, float sign) => Kernels.Merge(Weight, factors, sign);

    /// <summary>Replaces W's contents by the numbers that they stand for, in float32.</summary>
    /// <returns>The contents of before, now the caller's.</returns>
    internal WeightContents DecodeWeight()
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        Tensor dense = Tensor.Allocate(Weight.Device, Weight.DenseShape(Weight.Device));
        try
        {
            Kernels.Dequantize(Weight, dense);
        }
        catch
        {
            dense.Release();
            throw;
        }

        WeightContents before = Weight.Take()!;
        Weight.PutBack(new WeightContents(dense, null));
        return before;
    }

    /// <summary>Turns the weight, which is in float32, into another format, as far as the layer has kernels for it.</summary>
    /// <param name="format">The format.</param>
    /// <param name="exact">The weight's numbers.</param>
    /// <returns>The numbers as they are held now.</returns>
    /// <exception cref="InvalidDataException">A number is too large for the format.</exception>
    internal float[] EncodeWeight(WeightFormat format, float[] exact)
    {
        ComputeDevice device = Weight.Device;
        if (KernelsFor(format) is { } kernels)
        {
            Weight.PutBack(new WeightContents(null, kernels.Quantize(device, Weight.Shape, exact, NameOf(Weight))));
            return Weight.ToArray();
        }

        float[] held = new float[exact.Length];
        Quantizer.Dequantize(Quantizer.Quantize(exact, format, NameOf(Weight)), held);
        Weight.Take()?.Dispose();
        Weight.Load(device, held);
        return held;
    }

    /// <summary>A tensor of as many rows as another one.</summary>
    private Tensor AllocateRows(Tensor rows, int columns)
    {
        DeviceMemoryException.ThrowIfTooLarge(
            rows.Device, rows.Rows, columns, CheckpointPath.Length == 0 ? $"A layer of class {ClassName}" : $"Layer '{CheckpointPath}'");
        return Tensor.Allocate(rows.Device, rows.Shape.WithColumns(columns));
    }

    private Tensor Run(Tensor x, LowRankTerms terms, out Tensor? u)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Columns != InFeatures)
            throw new ArgumentException(
                $"Layer '{CheckpointPath}' takes rows of {InFeatures} features (its weight is {Weight.Shape}), but the input is {x.Shape}.", nameof(x));
        Tensor y = AllocateRows(x, OutFeatures);
        u = terms.IsEmpty ? null : Tensor.Allocate(x.Device, new Shape(terms.Slots * x.Rows, Kernels.Rank));
        Kernels.Forward(x, Weight, Bias, terms, u, y);
        return y;
    }
}
