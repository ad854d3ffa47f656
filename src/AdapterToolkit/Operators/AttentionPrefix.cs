using System.ComponentModel;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Operators;

/// <summary>
/// What stands before the sequences of a batch in one attention: keys and values of virtual tokens, and those that caches hold, which may differ from sequence
/// to sequence. The pass of a run gives it (<see cref="FromPassAttribute"/>).
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class AttentionPrefix
{
    private readonly IReadOnlyList<VirtualTokens> _tokens;
    private readonly IGradientSums? _sums;
    private readonly CacheRun? _caches;
    private readonly int _site;

    /// <summary>Tells what stands before sequences.</summary>
    /// <param name="tokens">The virtual tokens.</param>
    /// <param name="sums">Takes what the sequences contribute to the gradients of the virtual tokens; null where these have none.</param>
    internal AttentionPrefix(IReadOnlyList<VirtualTokens> tokens, IGradientSums? sums)
    {
        _tokens = tokens;
        _sums = sums;
    }

    /// <summary>Tells what stands before sequences in a run that continues caches, in which nothing trains.</summary>
    /// <param name="tokens">The virtual tokens, which stand before those of the caches.</param>
    /// <param name="caches">The run.</param>
    /// <param name="site">The number of the attention in the tree.</param>
    internal AttentionPrefix(IReadOnlyList<VirtualTokens> tokens, CacheRun caches, int site)
        : this(tokens, sums: null)
    {
        _caches = caches;
        _site = site;
    }

    /// <summary>Whether the keys and values train.</summary>
    public bool Trains => _sums is not null;

    /// <summary>The keys and values for the sequences of a batch, the caller's to dispose of; null where nothing stands before any of them.</summary>
    /// <param name="shape">The dimensions of the attention.</param>
    /// <param name="context">How the rows form sequences.</param>
    internal PrefixOperands? For(AttentionShape shape, SequenceContext context) => PrefixOperands.Of(_tokens, shape, context);

    /// <summary>
    /// The keys and values for the sequences of a batch, the caller's to dispose of; null where nothing stands before any of them. Those of the sequences' own
    /// rows are added to the caches of the run. To be called once a run of the attention.
    /// </summary>
    /// <param name="shape">The dimensions of the attention.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <param name="key">The keys of the sequences' own rows.</param>
    /// <param name="value">Their values.</param>
    /// <exception cref="InvalidOperationException">The sequences are others than those whose caches the run continues, or a cache does not fit.</exception>
    internal PrefixOperands? Continue(AttentionShape shape, SequenceContext context, Tensor key, Tensor value)
    {
        if (_caches is null)
        {
            context.ThrowIfCached(Op.NoCacheRun);
            return For(shape, context);
        }

        return context == _caches.Context
            ? PrefixOperands.Of(_tokens, shape, context, _caches.Add(_site, key, value))
            : throw new InvalidOperationException("The sequences of this attention are others than those whose caches the run continues.");
    }

    /// <summary>Adds the gradients of the sequences' keys and values to those of the virtual tokens.</summary>
    /// <param name="operands">The keys and values; null where nothing stands before the sequences.</param>
    /// <param name="context">How the rows form sequences.</param>
    /// <param name="gradients">Where the gradients of the keys and values are.</param>
    internal void AddGradients(PrefixOperands? operands, SequenceContext context, AttentionGradients gradients)
    {
        for (int i = 0; i < _tokens.Count; i++)
        {
            VirtualTokens tokens = _tokens[i];
            List<RowRange> runs = [], blocks = [];
            for (int sequence = 0; sequence < context.Sequences.Length; sequence++)
            {
                if (operands?.BySequence[sequence] is not { } prefix || prefix.Tokens != i)
                    continue;
                runs.Add(new RowRange(context.Sequences[sequence].FirstRow, context.Sequences[sequence].Rows));
                blocks.Add(new RowRange(prefix.FirstGradient, prefix.Count));
            }

            _sums!.AddGradients([tokens.Key, tokens.Value], context.Rows, runs, (run, _) =>
            {
                Add(gradients.PrefixKey!, blocks[run], tokens.Key);
                Add(gradients.PrefixValue!, blocks[run], tokens.Value);
            });
        }
    }

    private static void Add(Tensor gradients, RowRange rows, Parameter parameter)
    {
        using Tensor own = gradients.SliceRows(rows.First, rows.Count);
        Op.AddInPlace(parameter.AccumulatedGradient, own);
    }
}
