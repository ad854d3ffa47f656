using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>Why a pass that saves what gradients need takes no sequences that continue caches.</summary>
    internal const string CacheDoesNotTrain = "No gradient reaches the tokens that it holds, so a training takes whole sequences.";

    /// <summary>Why an attention that no run of caches gave its site to takes no sequences that continue caches.</summary>
    internal const string NoCacheRun = "This attention is no part of a run that continues it, and has no site in the cache: the operator was called by hand, "
        + "by a Forward that was, or with an argument in place of what the pass gives.";

    /// <summary>
    /// Causal grouped-query attention: for each head and row, the values of the rows up to it in its sequence, weighted by
    /// softmax(q · k / √head's features). Rows of padding neither attend nor are attended to; their result is zero. A row attends
    /// besides to all keys and values that the pass of the run puts before its sequence.
    /// </summary>
    /// <remarks>
    /// Vaswani et al., "Attention Is All You Need", 2017; Ainslie et al., "GQA", 2023. The softmax is taken in one pass over
    /// blocks of keys, and computed again in the backward pass, as Dao et al., "FlashAttention", 2022 do: no weight is kept.
    /// </remarks>
    /// <param name="query">The queries: rows x (heads · head's features).</param>
    /// <param name="key">The keys: rows x (key heads · head's features); the number of key heads divides that of heads.</param>
    /// <param name="value">The values: shaped like the keys.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <param name="prefix">What stands before the sequences. The pass gives it: a <c>Forward</c> leaves it out.</param>
    /// <returns>rows x (heads · head's features).</returns>
    /// <exception cref="ArgumentException">The tensors do not have the context's rows, whole heads, or shapes that fit each other.</exception>
    /// <exception cref="InvalidOperationException">A sequence continues a cache, but no run does that the attention is a part of.</exception>
    [Gradient(nameof(CausalAttentionGradient), Saving = nameof(CausalAttentionSaving))]
    public static Tensor CausalAttention(Tensor query, Tensor key, Tensor value, SequenceContext context, [FromPass] AttentionPrefix? prefix = null)
    {
        AttentionShape shape = RequireAttention(query, key, value, context);
        if (prefix is null)
            context.ThrowIfCached(NoCacheRun);
        using PrefixOperands? preceding = prefix?.Continue(shape, context, key, value);
        Tensor result = Attend(new AttentionOperands(shape, query, key, value, context, preceding), out Tensor logSumExp);
        logSumExp.Release();
        return result;
    }

    /// <summary><see cref="CausalAttention"/>, handing out what the gradient needs besides operands and result.</summary>
    /// <param name="query">The queries: rows x (heads · head's features).</param>
    /// <param name="key">The keys: rows x (key heads · head's features).</param>
    /// <param name="value">The values: shaped like the keys.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <param name="prefix">What stands before the sequences; null for nothing.</param>
    /// <param name="logSumExp">Receives the logarithm of the softmax's denominator: rows x heads.</param>
    /// <returns>rows x (heads · head's features).</returns>
    /// <exception cref="ArgumentException">The tensors do not have the context's rows, whole heads, or shapes that fit each other.</exception>
    /// <exception cref="InvalidOperationException">A sequence continues a cache.</exception>
    public static Tensor CausalAttentionSaving(
        Tensor query, Tensor key, Tensor value, SequenceContext context, AttentionPrefix? prefix, out Tensor logSumExp)
    {
        AttentionShape shape = RequireAttention(query, key, value, context);
        context.ThrowIfCached(CacheDoesNotTrain);
        using PrefixOperands? preceding = prefix?.For(shape, context);
        return Attend(new AttentionOperands(shape, query, key, value, context, preceding), out logSumExp);
    }

    /// <summary>
    /// The gradients of queries, keys and values. With the weights P, computed again from the saved logarithms,
    /// dV = Pᵀ dO, dP = dO Vᵀ, dS = P ∘ (dP - rowsum(dO ∘ O)), dQ = dS K / √head's features, dK = dSᵀ Q / √head's features;
    /// keys and values sum over the heads that they serve. Those of keys and values that stand before sequences, where these train, are added to what was
    /// accumulated of them.
    /// </summary>
    /// <param name="gradient">The gradient of the result, dO: rows x (heads · head's features).</param>
    /// <param name="query">The queries.</param>
    /// <param name="key">The keys.</param>
    /// <param name="value">The values.</param>
    /// <param name="result">The result, O.</param>
    /// <param name="logSumExp">The logarithm of the softmax's denominator: rows x heads.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <param name="prefix">What stands before the sequences; null for nothing.</param>
    /// <param name="queryActive">Whether the gradient of the queries is wanted.</param>
    /// <param name="keyActive">Whether the gradient of the keys is wanted.</param>
    /// <param name="valueActive">Whether the gradient of the values is wanted.</param>
    /// <returns>The gradients, shaped like the operands; null where one is not wanted.</returns>
    public static (Tensor? Query, Tensor? Key, Tensor? Value) CausalAttentionGradient(
        Tensor gradient,
        Tensor query,
        Tensor key,
        Tensor value,
        Tensor result,
        Tensor logSumExp,
        SequenceContext context,
        AttentionPrefix? prefix,
        bool queryActive,
        bool keyActive,
        bool valueActive)
    {
        AttentionShape shape = RequireAttention(query, key, value, context);
        RequireSameShape(gradient, query, nameof(CausalAttentionGradient));
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(logSumExp);
        using PrefixOperands? preceding = prefix?.For(shape, context);
        using Tensor? precedingKeyGradient = prefix is { Trains: true } ? preceding?.AllocateGradient() : null;
        using Tensor? precedingValueGradient = precedingKeyGradient?.AllocateLike();
        Tensor? queryGradient = queryActive ? query.AllocateLike() : null;
        Tensor? keyGradient = keyActive ? key.AllocateLike() : null;
        Tensor? valueGradient = valueActive ? value.AllocateLike() : null;
        AttentionGradients gradients = new(queryGradient, keyGradient, valueGradient, precedingKeyGradient, precedingValueGradient);
        AttentionOperands operands = new(shape, query, key, value, context, preceding);
        query.Device.Run(new AttentionGradientWork(operands, gradient, result, logSumExp, gradients));
        if (prefix is { Trains: true })
            prefix.AddGradients(preceding, context, gradients);
        return (queryGradient, keyGradient, valueGradient);
    }

    private static Tensor Attend(AttentionOperands operands, out Tensor logSumExp)
    {
        Tensor query = operands.Query, result = query.AllocateLike();
        logSumExp = Tensor.Allocate(query.Device, new Shape(query.Rows, operands.Shape.Heads));
        query.Device.Run(new AttentionWork(operands, result, logSumExp));
        return result;
    }

    private static AttentionShape RequireAttention(Tensor query, Tensor key, Tensor value, SequenceContext context)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(context);
        RequireRowsOf(context, query, nameof(CausalAttention));
        RequireRowsOf(context, key, nameof(CausalAttention));
        RequireRowsOf(context, value, nameof(CausalAttention));
        return AttentionShape.Of(query, key, value, context);
    }

    private readonly struct AttentionWork(AttentionOperands operands, Tensor result, Tensor logSumExp) : IDeviceWork
    {
        public void RunOn(CpuDevice device) => AttentionForwardCpu.Run(device, operands, result, logSumExp);

        public void RunOn(AcceleratorDevice device) => AttentionLaunch.Forward(device, operands, result, logSumExp);
    }

    private readonly struct AttentionGradientWork(
        AttentionOperands operands, Tensor gradient, Tensor result, Tensor logSumExp, AttentionGradients gradients) : IDeviceWork
    {
        public void RunOn(CpuDevice device) => AttentionBackwardCpu.Run(device, operands, gradient, result, logSumExp, gradients);

        public void RunOn(AcceleratorDevice device) => AttentionLaunch.Backward(device, operands, gradient, result, logSumExp, gradients);
    }
}
