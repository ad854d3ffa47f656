using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

/// <summary>
/// One run of a model in which sequences continue caches. Each attention adds the keys and values of its rows to these; they count at the end of the run
/// (<see cref="Complete"/>), so that a run that never comes to it leaves the caches as they were.
/// </summary>
internal sealed class CacheRun
{
    private readonly Dictionary<int, int> _timesAt = [];
    private readonly List<CachedRows>[] _written;
    private bool _isComplete;

    private CacheRun(SequenceContext context)
    {
        Context = context;
        _written = [.. Enumerable.Range(0, context.Sequences.Length).Select(_ => new List<CachedRows>())];
    }

    /// <summary>How the rows of the run form sequences.</summary>
    internal SequenceContext Context { get; }

    /// <summary>Begins a run; null where no sequence continues a cache.</summary>
    /// <param name="context">How the rows form sequences.</param>
    /// <exception cref="InvalidOperationException">A cache has gone on since the batch was made, or is on another device.</exception>
    /// <exception cref="ObjectDisposedException">A cache is disposed.</exception>
    internal static CacheRun? Of(SequenceContext context)
    {
        if (!context.HasCaches)
            return null;
        CacheRun run = new(context);
        run.RequireCaches();
        return run;
    }

    /// <summary>Adds the keys and values of all rows but padding to the caches.</summary>
    /// <param name="site">The site of the attention that runs.</param>
    /// <param name="key">The keys: rows x (key heads · head's features).</param>
    /// <param name="value">The values: shaped like the keys.</param>
    /// <returns>What the attention has cached of each sequence, of which the tokens before this run count; null for a sequence without cache.</returns>
    internal CachedRows?[] Add(int site, Tensor key, Tensor value)
    {
        RequireCaches();
        AttentionCall call = new(site, _timesAt.GetValueOrDefault(site));
        _timesAt[site] = call.Time + 1;
        ReadOnlySpan<Sequence> sequences = Context.Sequences;
        CachedRows?[] cached = new CachedRows?[sequences.Length];
        for (int i = 0; i < cached.Length; i++)
        {
            if (sequences[i].Cache is not { } cache)
                continue;
            CachedRows rows = cache.RowsOf(call, key.Columns);
            using Tensor keys = key.SliceRows(sequences[i].FirstRow, sequences[i].Length), values = value.SliceRows(sequences[i].FirstRow, sequences[i].Length);
            rows.Write(keys, values);
            _written[i].Add(rows);
            cached[i] = rows;
        }

        return cached;
    }

    /// <summary>Ends the run: what was added to the caches counts. To be called when all that the run gives has been computed.</summary>
    /// <exception cref="InvalidOperationException">A cache was changed during the run, or the run has ended.</exception>
    internal void Complete()
    {
        RequireCaches();
        _isComplete = true;
        for (int i = 0; i < _written.Length; i++)
            Context.Sequences[i].Cache?.Advance(Context.Sequences[i].Length, _written[i]);
    }

    /// <summary>Throws unless each cache is as it was when the batch was made.</summary>
    private void RequireCaches()
    {
        if (_isComplete)
            throw new InvalidOperationException("The run has ended, and its tokens are in the caches: what repeats it would add them once more.");
        for (int i = 0; i < Context.Sequences.Length; i++)
        {
            Sequence sequence = Context.Sequences[i];
            if (sequence.Cache is not { } cache)
                continue;
            cache.ThrowIfDisposed();
            if (cache.NextPosition != sequence.FirstPosition)
            {
                throw new InvalidOperationException(
                    $"Sequence {i} starts at position {sequence.FirstPosition}, but its cache goes on at position {cache.NextPosition}: "
                    + "it has changed since the batch was made.");
            }

            if (cache.Device != Context.Rotary.Device)
                throw new InvalidOperationException($"The cache of sequence {i} is on {cache.Device}, but the run on {Context.Rotary.Device}.");
        }
    }
}
