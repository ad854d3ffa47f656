using System.Numerics;
using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Operators;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Modules;

/// <summary>
/// A causal language model: token ids to hidden states, which its <see cref="Head"/> turns into logits over the vocabulary
/// or into a loss. A class that derives from it is marked <see cref="AdapterModelAttribute"/> and writes
/// <see cref="Forward"/>; the source generator writes the three methods beside it.
/// </summary>
/// <remarks>
/// A model is for one thread at a time: a call that comes from another thread while one is being made throws an
/// <see cref="InvalidOperationException"/>, and the call in progress goes on. Models on one CPU device may each have a thread; on
/// any other device one model's call at a time is made. <see cref="Forward"/> and the methods written beside it do not look who calls.
/// </remarks>
public abstract partial class LanguageModel : Module, IDisposable
{
    private const int SmallestRotaryTable = 256;

    private readonly RotarySettings _rotarySettings;
    private readonly ExclusiveUse _use = new("The model");
    private RotaryTable? _rotary;
    private Device? _device;
    private bool _isDisposed;

    /// <summary>Declares a model whose weights are yet to be loaded.</summary>
    /// <param name="rotary">What its rotary embedding is like.</param>
    protected LanguageModel(RotarySettings rotary)
    {
        ArgumentNullException.ThrowIfNull(rotary);
        _rotarySettings = rotary;
        Adapter = new LowRankAdapter(this);
    }

    /// <summary>The part that turns hidden states into logits or a loss.</summary>
    public abstract LanguageModelHead Head { get; }

    /// <summary>The adapter: the factors of all layers that have some.</summary>
    public LowRankAdapter Adapter { get; }

    /// <summary>The device that holds the weights.</summary>
    /// <exception cref="InvalidOperationException">No checkpoint has been loaded.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public Device Device
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _device ?? throw new InvalidOperationException($"{GetType().Name} has no weights yet. Call LoadCheckpoint first.");
        }
    }

    /// <summary>The folder of the checkpoint that the weights came from; null before it is loaded.</summary>
    public string? CheckpointFolder { get; private set; }

    /// <summary>How many numbers the frozen weights hold; a head that shares the embedding's counts once.</summary>
    public long BaseParameters => DistinctFrozenWeights.Sum(weight => (long)weight.Shape.Elements);

    /// <summary>The bytes that the frozen weights take on the device.</summary>
    public long BaseBytes => DistinctFrozenWeights.Sum(weight => weight.Bytes);

    /// <summary>
    /// The bits that a number takes in the linear layers marked <see cref="QuantizedAttribute"/>, together, their scales
    /// included; null where there are none.
    /// </summary>
    public double? BitsPerWeight
    {
        get
        {
            List<FrozenWeight> weights = [.. LinearLayers.Where(layer => layer.MarkedFormat != WeightFormat.FullPrecision).Select(layer => layer.Weight)];
            return weights.Count == 0 ? null : weights.Sum(weight => weight.Bytes) * 8.0 / weights.Sum(weight => (long)weight.Shape.Elements);
        }
    }

    /// <summary>What trains: the adapter's factors, and the weights marked <see cref="TrainableAttribute"/>.</summary>
    public IReadOnlyList<Parameter> TrainableParameters => [.. SelfAndDescendants.SelectMany(module => module.Parameters).Distinct()];

    /// <summary>How many numbers train, counted as they are saved.</summary>
    public long TrainableParameterCount => TrainableParameters.Sum(parameter => (long)parameter.SavedElements);

    /// <summary>The longest sequence that the model takes, in tokens.</summary>
    public int MaximumPositions => _rotarySettings.MaximumPositions;

    /// <summary>The model's linear layers, with their paths.</summary>
    public IEnumerable<Linear> LinearLayers => SelfAndDescendants.OfType<Linear>();

    /// <summary>The norms whose weights train, since their properties are marked <see cref="TrainableAttribute"/>.</summary>
    internal IEnumerable<RmsNorm> TrainableNorms => SelfAndDescendants.OfType<RmsNorm>().Where(norm => norm.IsTrainable).Distinct();

    private IEnumerable<FrozenWeight> DistinctFrozenWeights =>
        SelfAndDescendants.SelectMany(module => module.FrozenWeights).Distinct();

    /// <summary>Token ids to hidden states: what the model computes, as its author writes it.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <returns>The hidden states: rows x hidden size.</returns>
    public abstract Tensor Forward(TokenIds tokens, SequenceContext context);

    /// <summary><see cref="Forward"/> with planned buffers: each goes back to the pool at its last use.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <returns>The hidden states: rows x hidden size.</returns>
    public abstract Tensor Evaluate(TokenIds tokens, SequenceContext context);

    /// <summary><see cref="Forward"/>, saving what <see cref="Backward"/> needs.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <param name="record">Receives what was saved; null where nothing trains.</param>
    /// <returns>The hidden states: rows x hidden size.</returns>
    public abstract Tensor ForwardSaving(TokenIds tokens, SequenceContext context, out ForwardRecord? record);

    /// <summary>Adds to the gradients of all parameters.</summary>
    /// <param name="gradient">The gradient of the hidden states: rows x hidden size.</param>
    /// <param name="record">What <see cref="ForwardSaving"/> saved.</param>
    public abstract void Backward(Tensor gradient, ForwardRecord record);

    /// <summary>Describes the rows of a batch to <see cref="Forward"/> and its companions.</summary>
    /// <param name="tokens">The batch.</param>
    /// <exception cref="ArgumentException">The sequences are longer than the model takes.</exception>
    public SequenceContext CreateContext(TokenIds tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        using ExclusiveUse.Hold use = Enter();
        if (tokens.Length > MaximumPositions)
            throw new ArgumentException($"The sequences have {tokens.Length} tokens, but the model takes {MaximumPositions} at most.", nameof(tokens));
        if (_rotary is null || _rotary.Positions < tokens.Length)
        {
            uint positions = Math.Max(SmallestRotaryTable, BitOperations.RoundUpToPowerOf2((uint)tokens.Length));
            RotaryTable larger = new(Device, (int)Math.Min(positions, (uint)MaximumPositions),
                RotaryFrequencies.Compute(_rotarySettings.HeadDim, _rotarySettings.Base, _rotarySettings.Scaling));
            _rotary?.Dispose();
            _rotary = larger;
        }

        return new SequenceContext(tokens, _rotary);
    }

    /// <summary>The next-token loss of a batch, without gradients.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="labels">A label for each token, -100 where it scores nothing. They are shifted by one inside: a row scores the next one's label.</param>
    public LossSum Loss(TokenIds tokens, ReadOnlySpan<int> labels)
    {
        using ExclusiveUse.Hold use = Enter();
        using PlannedCall call = new();
        using SequenceContext context = CreateContext(tokens);
        Tensor hidden = Evaluate(tokens, context);
        LossSum loss = Head.Loss(hidden, labels, tokens.Batch, tokens.Length);
        hidden.Release();
        call.Complete();
        return loss;
    }

    /// <summary>
    /// The next-token loss of a batch, and its gradient added to every parameter's. A call that fails may have added to some
    /// of them; a step of the trainer clears them first.
    /// </summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="labels">A label for each token, -100 where it scores nothing.</param>
    /// <param name="gradientFactor">
    /// What the gradient of the summed loss is multiplied by; zero stands for one over the scoring labels, the mean's gradient.
    /// </param>
    /// <exception cref="InvalidOperationException">Nothing trains.</exception>
    public LossSum ForwardBackward(TokenIds tokens, ReadOnlySpan<int> labels, float gradientFactor = 0)
    {
        using ExclusiveUse.Hold use = Enter();
        using PlannedCall call = new();
        using SequenceContext context = CreateContext(tokens);
        Tensor hidden = ForwardSaving(tokens, context, out ForwardRecord? record);
        if (record is null)
            throw new InvalidOperationException("Nothing of the model trains. Give it an adapter with Adapter.Initialize or Adapter.Load.");
        LossSum loss = Head.LossSaving(hidden, labels, tokens.Batch, tokens.Length, gradientFactor, out Tensor? gradient);
        hidden.Release();
        if (gradient is not null)
        {
            Backward(gradient, record);
            gradient.Release();
        }

        record.Release();
        call.Complete();
        return loss;
    }

    /// <summary>Gives the memory of weights and adapter back. The model can't be used any more.</summary>
    /// <exception cref="InvalidOperationException">Another thread is using the model.</exception>
    public void Dispose()
    {
        using ExclusiveUse.Hold use = _use.Enter();
        if (_isDisposed)
            return;
        Dispose(true);
        _isDisposed = true;
        GC.SuppressFinalize(this);
    }

    /// <summary>Keeps other threads out until what is returned is disposed.</summary>
    /// <param name="loading">The device that the model is being loaded to; null once it is.</param>
    /// <exception cref="InvalidOperationException">Another thread is using the model, or a model on the same accelerator.</exception>
    /// <exception cref="ObjectDisposedException">The model or its device is disposed.</exception>
    internal ExclusiveUse.Hold Enter(Device? loading = null)
    {
        Device? device = _device ?? loading;
        ExclusiveUse.Hold use = _use.Enter(device?.Use);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            device?.ThrowIfDisposed();
            return use;
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    /// <summary>Frees what the model holds.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _device is null)
            return;
        foreach (Module module in SelfAndDescendants)
            module.Release();
        foreach (FrozenWeight weight in DistinctFrozenWeights)
            weight.Dispose();
        _rotary?.Dispose();
        _rotary = null;
    }
}
