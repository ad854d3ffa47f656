using System.ComponentModel;
using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Operators;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Modules;

/// <summary>
/// A linear layer with a frozen weight W (out x in): y = Wx, plus s·B(Ax) where the class is marked
/// <see cref="LowRankAttribute"/> and an adapter has factors for the layer. A class that derives from it is
/// <c>partial</c> and marked <see cref="LowRankAttribute"/>, <see cref="QuantizedAttribute"/>, both, or
/// <see cref="FrozenAttribute"/>; the source generator gives it its kernels.
/// </summary>
public abstract class Linear : Module
{
    private LinearKernels? _kernels;
    private WeightContents? _unmerged;

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
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected abstract IReadOnlyList<LinearKernels> KernelSets { get; }

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

        xGradient = saved.InputActive ? Tensor.Allocate(gradient.Device, gradient.Shape.WithColumns(InFeatures)) : null;

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
        Tensor result = Tensor.Allocate(gradient.Device, gradient.Shape.WithColumns(InFeatures));
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

    /// <summary>
    /// Adds s·BA to W, so that the layer costs what it costs without an adapter, and keeps W's format. A weight in 16 bits
    /// takes the sum rounded to them; one in 4 or 8 bits only where that is asked for, since they round most of an adapter away.
    /// </summary>
    /// <param name="reversible">Whether A and B, and the codes of a weight that is not in float32, are kept for <see cref="Unmerge"/>; otherwise they are released.</param>
    /// <param name="requantize">Whether a weight in 4 or 8 bits is to be quantized anew.</param>
    /// <returns>The largest absolute difference between the sum and the weight as it is held now: zero in float32.</returns>
    /// <exception cref="InvalidOperationException">The adapter is merged already, or the weight is in 4 or 8 bits and <paramref name="requantize"/> is false.</exception>
    public float Merge(bool reversible = false, bool requantize = false)
    {
        ThrowIfUnmergeable(requantize);
        if (Factors is null)
            return 0;
        WeightFormat format = Weight.Format;
        if (format == WeightFormat.FullPrecision)
        {
            Kernels.Merge(Weight, Factors, 1);
            EndMerge(reversible, unmerged: null);
            return 0;
        }

        return MergeInto(format, reversible);
    }

    /// <summary>Decodes W, adds s·BA, and leaves the same layer dense: in 32 bits, or in 16 where the layer is marked <see cref="QuantizedAttribute"/>.</summary>
    /// <remarks>A layer that is not marked so keeps 32 bits, which hold numbers that 16 bits can hold.</remarks>
    /// <param name="bits">Bits of a number: 16 or 32.</param>
    /// <param name="reversible">Whether A, B and W's present contents are kept for <see cref="Unmerge"/>; otherwise they are released.</param>
    /// <returns>The largest absolute difference between the sum and the weight as it is held now: zero for 32 bits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bits are neither 16 nor 32.</exception>
    /// <exception cref="InvalidOperationException">The adapter is merged already.</exception>
    public float MergeTo(int bits, bool reversible = false)
    {
        if (bits is not (16 or 32))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, $"A layer is merged to 16 or 32 bits, not to {bits}. Merge(requantize: true) keeps 4 or 8 bits.");
        ThrowIfUnmergeable(requantize: true);
        WeightFormat sixteen = Weight.Format.Bits == 16 ? Weight.Format : MarkedFormat.Bits == 16 ? MarkedFormat : WeightFormat.BFloat16;
        return MergeInto(bits == 32 ? WeightFormat.FullPrecision : sixteen, reversible);
    }

    /// <summary>
    /// Takes a reversible merge back, and the adapter runs beside W again. A weight that was in float32, and merged in it, is
    /// what it was up to rounding; every other one exactly.
    /// </summary>
    /// <exception cref="InvalidOperationException">No adapter is merged, or it was merged for good.</exception>
    public void Unmerge()
    {
        if (!IsMerged || Factors is null)
            throw new InvalidOperationException($"Layer '{CheckpointPath}' has no merged adapter to take back. Only Merge(reversible: true) and MergeTo(.., reversible: true) can be taken back.");
        if (_unmerged is null)
            Kernels.Merge(Weight, Factors, -1);
        else
            Weight.PutBack(_unmerged);
        _unmerged = null;
        IsMerged = false;
    }

    /// <inheritdoc/>
    internal override WeightFormat FormatFor(FrozenWeight weight, WeightFormat inFile, WeightStorage storage) =>
        !ReferenceEquals(weight, Weight) || MarkedFormat == WeightFormat.FullPrecision ? WeightFormat.FullPrecision
        : storage == WeightStorage.AsMarked ? MarkedFormat
        : inFile.HasBlocks ? WeightFormat.FullPrecision
        : inFile;

    /// <inheritdoc/>
    internal override void Load(FrozenWeight weight, Device device, ReadOnlySpan<float> values, WeightFormat format, string name)
    {
        if (ReferenceEquals(weight, Weight) && format.Numbers is not null && KernelsFor(format) is { } kernels)
            Weight.Load(device, values, kernels, name);
        else
            base.Load(weight, device, values, format, name);
    }

    /// <summary>The kernels for a format; null where the layer has none.</summary>
    internal LinearKernels? KernelsFor(WeightFormat format) => KernelSets.FirstOrDefault(kernels => kernels.Format == format);

    /// <summary>Gives the memory of the factors back; the weight stays as it is.</summary>
    internal void ReleaseFactors()
    {
        Factors?.Dispose();
        Factors = null;
        _unmerged?.Dispose();
        _unmerged = null;
        IsMerged = false;
    }

    /// <summary>Refuses a merge where one was made already, or where the weight's few bits would take most of it away unasked.</summary>
    internal void ThrowIfUnmergeable(bool requantize)
    {
        if (IsMerged)
            throw new InvalidOperationException($"The adapter of layer '{CheckpointPath}' is merged already.");
        if (Factors is not null && Weight.Format.HasBlocks && !requantize)
            throw new InvalidOperationException($"The weight of layer '{CheckpointPath}' is held in {Weight.Format}, which would round the adapter away. Call MergeTo(16) or MergeTo(32) to make it dense, or Merge(requantize: true) to accept the error.");
    }

    /// <summary>Replaces W by W + s·BA in a format; by W alone where there is no adapter.</summary>
    private float MergeInto(WeightFormat format, bool reversible)
    {
        WeightContents before = Decode();
        try
        {
            if (Factors is not null)
                Kernels.Merge(Weight, Factors, 1);
            float error = Round(format);
            if (Factors is null)
                before.Dispose();
            else
                EndMerge(reversible, before);
            return error;
        }
        catch
        {
            Weight.PutBack(before);
            throw;
        }
    }

    /// <summary>Replaces W's contents by the numbers that they stand for, in float32.</summary>
    /// <returns>The contents of before, now the caller's.</returns>
    private WeightContents Decode()
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
    /// <returns>The largest absolute error that this makes.</returns>
    private float Round(WeightFormat format)
    {
        if (format == WeightFormat.FullPrecision)
            return 0;
        float[] exact = Weight.ToArray();
        string name = $"{CheckpointPath}.{Weight.Name}";
        Device device = Weight.Device;
        float[] held;
        if (KernelsFor(format) is { } kernels)
        {
            Weight.PutBack(new WeightContents(null, kernels.Quantize(device, Weight.Shape, exact, name)));
            held = Weight.ToArray();
        }
        else
        {
            held = new float[exact.Length];
            Quantizer.Dequantize(Quantizer.Quantize(exact, format, name), held);
            Weight.Dispose();
            Weight.Load(device, held);
        }

        float error = 0;
        for (int i = 0; i < exact.Length; i++)
            error = Math.Max(error, Math.Abs(exact[i] - held[i]));
        return error;
    }

    private void EndMerge(bool reversible, WeightContents? unmerged)
    {
        if (reversible)
        {
            IsMerged = true;
            _unmerged = unmerged;
        }
        else
        {
            unmerged?.Dispose();
            ReleaseFactors();
        }
    }

    private Tensor Run(Tensor x, out Tensor? u)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Columns != InFeatures)
            throw new ArgumentException($"Layer '{CheckpointPath}' takes rows of {InFeatures} features (its weight is {Weight.Shape}), but the input is {x.Shape}.", nameof(x));
        LowRankFactors? factors = ActiveFactors;
        Tensor y = Tensor.Allocate(x.Device, x.Shape.WithColumns(OutFeatures));
        u = factors is null ? null : Tensor.Allocate(x.Device, new Shape(x.Rows, Kernels.Rank));
        Kernels.Forward(x, Weight, Bias, factors, u, y);
        return y;
    }
}
