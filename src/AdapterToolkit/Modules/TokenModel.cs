using System.ComponentModel;
using AdapterToolkit.CompilerServices;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Modules;

/// <summary>
/// A model that turns token ids into hidden states. A class that derives from it is marked <see cref="AdapterModelAttribute"/> and writes
/// <see cref="Forward"/>; the source generator writes its companions.
/// </summary>
public abstract class TokenModel : Model
{
    /// <summary>Token ids to hidden states: what the model computes, as its author writes it.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <returns>The hidden states: rows x hidden size.</returns>
    public abstract Tensor Forward(TokenIds tokens, SequenceContext context);

    /// <summary><see cref="Forward"/> with planned buffers: each goes back to the pool at its last use. The adapter in use runs.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <returns>The hidden states: rows x hidden size.</returns>
    /// <exception cref="InvalidOperationException">A sequence continues a cache, which this call does not add to.</exception>
    public Tensor Evaluate(TokenIds tokens, SequenceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.ThrowIfCached("Logits runs it, and adds its tokens to the cache.");
        return Evaluate(tokens, context, Pass.Active);
    }

    /// <summary><see cref="Forward"/> with the adapter in use, saving what <see cref="Backward"/> needs.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <param name="record">Receives what was saved; null where nothing trains.</param>
    /// <returns>The hidden states: rows x hidden size.</returns>
    /// <exception cref="InvalidOperationException">A sequence continues a cache.</exception>
    public Tensor ForwardSaving(TokenIds tokens, SequenceContext context, out ForwardRecord? record) =>
        Learn(tokens, context, Pass.Active, out record);

    /// <summary><see cref="Forward"/> with planned buffers and the adapters of a pass.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <param name="pass">Says which adapters run on which rows.</param>
    /// <returns>The hidden states: rows x hidden size.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public abstract Tensor Evaluate(TokenIds tokens, SequenceContext context, Pass pass);

    /// <summary><see cref="Forward"/> with the adapters of a pass, saving what <see cref="Backward"/> needs.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <param name="pass">Says which adapters run on which rows.</param>
    /// <param name="record">Receives what was saved; null where nothing trains.</param>
    /// <returns>The hidden states: rows x hidden size.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public abstract Tensor ForwardSaving(TokenIds tokens, SequenceContext context, Pass pass, out ForwardRecord? record);

    /// <summary>Adds to the gradients of all parameters that trained in the run.</summary>
    /// <param name="gradient">The gradient of the hidden states: rows x hidden size.</param>
    /// <param name="record">What <see cref="ForwardSaving(TokenIds, SequenceContext, out ForwardRecord)"/> saved.</param>
    public abstract void Backward(Tensor gradient, ForwardRecord record);

    /// <summary><see cref="Evaluate(TokenIds, SequenceContext)"/> in a run that continues caches.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <param name="caches">The run; null where no sequence has a cache.</param>
    internal Tensor Evaluate(TokenIds tokens, SequenceContext context, CacheRun? caches) =>
        Evaluate(tokens, context, caches is null ? Pass.Active : new Pass(caches));

    /// <summary><see cref="ForwardSaving(TokenIds, SequenceContext, out ForwardRecord)"/> as a part of a training.</summary>
    internal Tensor ForwardSaving(TokenIds tokens, SequenceContext context, TrainingRun run, out ForwardRecord? record) =>
        Learn(tokens, context, run.Pass, out record);

    /// <summary><see cref="ForwardSaving(TokenIds, SequenceContext, out ForwardRecord)"/> with other adapter weights than those in use.</summary>
    internal Tensor ForwardSaving(TokenIds tokens, SequenceContext context, IAdapterWeights? adapter, out ForwardRecord? record) =>
        Learn(tokens, context, new Pass(adapter), out record);

    private Tensor Learn(TokenIds tokens, SequenceContext context, Pass pass, out ForwardRecord? record)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.ThrowIfCached(Op.CacheDoesNotTrain);
        return ForwardSaving(tokens, context, pass, out record);
    }
}
