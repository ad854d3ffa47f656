using System.Numerics;
using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Models;

/// <summary>
/// A causal language model: token ids to hidden states, which its <see cref="Head"/> turns into logits over the vocabulary
/// or into a loss. A class that derives from it is marked <see cref="AdapterModelAttribute"/> and writes
/// <see cref="TokenModel.Forward"/>; the source generator writes the methods beside it.
/// </summary>
public abstract class LanguageModel : TokenModel
{
    private const int SmallestRotaryTable = 256;

    private readonly RotarySettings _rotarySettings;
    private RotaryTable? _rotary;

    /// <summary>Declares a model whose weights are yet to be loaded.</summary>
    /// <param name="rotary">What its rotary embedding is like.</param>
    protected LanguageModel(RotarySettings rotary)
    {
        ArgumentNullException.ThrowIfNull(rotary);
        _rotarySettings = rotary;
        LowRankAdapter.OfUnfinished(this);
    }

    /// <summary>The part that turns hidden states into logits or a loss.</summary>
    public abstract LanguageModelHead Head { get; }

    /// <summary>The active adapter: the factors of all layers that have some.</summary>
    public LowRankAdapter Adapter => (LowRankAdapter)AdapterWeights!;

    /// <summary>The longest sequence that the model takes, in tokens.</summary>
    public int MaximumPositions => _rotarySettings.MaximumPositions;

    /// <inheritdoc/>
    internal override IEnumerable<KeyValuePair<string, double>> Settings
    {
        get
        {
            yield return new("rotary.head_dim", _rotarySettings.HeadDim);
            yield return new("rotary.base", _rotarySettings.Base);
            if (_rotarySettings.Scaling is not { } scaling)
                yield break;
            yield return new("rotary.factor", scaling.Factor);
            yield return new("rotary.low_frequency_factor", scaling.LowFrequencyFactor);
            yield return new("rotary.high_frequency_factor", scaling.HighFrequencyFactor);
            yield return new("rotary.original_positions", scaling.OriginalMaxPositions);
        }
    }

    /// <summary>Describes the rows of a batch to <see cref="TokenModel.Forward"/> and its companions.</summary>
    /// <param name="tokens">The batch.</param>
    /// <exception cref="ArgumentException">A sequence reaches beyond the positions that the model takes.</exception>
    public SequenceContext CreateContext(TokenIds tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        using ExclusiveUse.Hold use = Enter();
        int needed = PositionsOf(tokens);
        if (_rotary is null || _rotary.Positions < needed)
        {
            uint positions = Math.Max(SmallestRotaryTable, BitOperations.RoundUpToPowerOf2((uint)needed));
            RotaryTable larger = new(Device, (int)Math.Min(positions, (uint)MaximumPositions),
                RotaryFrequencies.Compute(_rotarySettings.HeadDim, _rotarySettings.Base, _rotarySettings.Scaling));
            _rotary?.Dispose();
            _rotary = larger;
        }

        return new SequenceContext(tokens, _rotary);
    }

    /// <summary>The logits of every row. The tokens of sequences that continue caches are added to these when the call has come to its end.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <returns>rows x vocabulary, in row-major order.</returns>
    public float[] Logits(TokenIds tokens)
    {
        using ExclusiveUse.Hold use = Enter();
        using PlannedCall call = new();
        using SequenceContext context = CreateContext(tokens);
        CacheRun? caches = CacheRun.Of(context);
        Tensor hidden = Evaluate(tokens, context, caches);
        Tensor logits = Head.Logits(hidden);
        hidden.Release();
        float[] values = logits.ToArray();
        logits.Release();
        caches?.Complete();
        call.Complete();
        return values;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        _rotary?.Dispose();
        _rotary = null;
    }

    /// <summary>How many positions the sequences reach to; throws where the model does not take as many.</summary>
    private int PositionsOf(TokenIds tokens)
    {
        int positions = 0;
        for (int i = 0; i < tokens.Batch; i++)
        {
            Sequence sequence = tokens.Sequences[i];
            if (sequence.EndPosition > MaximumPositions)
            {
                throw new ArgumentException(
                    $"Sequence {i} has {sequence.Rows} tokens from position {sequence.FirstPosition}, "
                    + $"but the model takes {MaximumPositions} positions at most.",
                    nameof(tokens));
            }

            positions = Math.Max(positions, sequence.EndPosition);
        }

        return positions;
    }
}
