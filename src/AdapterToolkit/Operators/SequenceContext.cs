using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

/// <summary>
/// What a forward pass knows about its rows that is no activation: the sequences that they form, of any lengths, one after the
/// other, where each stands in its text, what was computed of that before, and the rotary embedding's angles.
/// </summary>
public sealed class SequenceContext : IDisposable
{
    private readonly TokenIds _tokens;
    private Tensor? _table;
    private Tensor? _prefixTable;
    private int[] _prefixNumbers = [];

    /// <summary>Describes the rows of a batch.</summary>
    /// <param name="tokens">The batch.</param>
    /// <param name="rotary">The angles of the rotary embedding.</param>
    /// <exception cref="ArgumentException">A sequence reaches beyond the positions that the table has angles for.</exception>
    public SequenceContext(TokenIds tokens, RotaryTable rotary)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(rotary);
        for (int i = 0; i < tokens.Batch; i++)
        {
            Sequence sequence = tokens.Sequences[i];
            if (sequence.EndPosition > rotary.Positions)
            {
                throw new ArgumentException(
                    $"Sequence {i} has {sequence.Rows} rows from position {sequence.FirstPosition}, "
                    + $"but the rotary table has angles for {rotary.Positions} positions.",
                    nameof(tokens));
            }

            LongestRows = Math.Max(LongestRows, sequence.Rows);
            HasCaches |= sequence.Cache is not null;
        }

        _tokens = tokens;
        Rotary = rotary;
    }

    /// <summary>The sequences, in the order of their rows; each row is one's.</summary>
    public ReadOnlySpan<Sequence> Sequences => _tokens.Sequences;

    /// <summary>How many rows the sequences have together, padding included.</summary>
    public int Rows => _tokens.Rows;

    /// <summary>Features of one attention head.</summary>
    public int HeadDim => Rotary.HeadDim;

    /// <summary>The angles of the rotary embedding.</summary>
    public RotaryTable Rotary { get; }

    /// <summary>How many rows the longest sequence has, padding included.</summary>
    internal int LongestRows { get; }

    /// <summary>Whether a sequence continues a cache.</summary>
    internal bool HasCaches { get; }

    /// <summary>
    /// Gives the memory of the uploaded tables of sequences back; there are none on the CPU device. The context may be used again,
    /// which uploads them once more.
    /// </summary>
    public void Dispose()
    {
        _table?.Dispose();
        _prefixTable?.Dispose();
        _table = _prefixTable = null;
    }

    /// <summary>Refuses sequences that continue a cache.</summary>
    /// <param name="reason">Why none can, as a sentence.</param>
    /// <exception cref="InvalidOperationException">One does.</exception>
    internal void ThrowIfCached(string reason)
    {
        if (!HasCaches)
            return;
        int sequence = Array.FindIndex(Sequences.ToArray(), own => own.Cache is not null);
        throw new InvalidOperationException($"Sequence {sequence} continues a cache of keys and values. {reason}");
    }

    /// <summary>The sequences as kernels of an accelerator read them. They are uploaded once, unless a scope that ended has released them.</summary>
    /// <param name="device">The device.</param>
    internal SequenceTable TableOn(AcceleratorDevice device)
    {
        if (_table is not { IsHeld: true })
            _table = Op.Upload(device, SequenceTable.NumbersOf(Sequences, Rows, AttentionLaunch.TileRows(device)));
        return new SequenceTable(_table.ViewOf<int>(), Rows);
    }

    /// <summary>
    /// What stands before the sequences as kernels of an accelerator read it. It is uploaded once for all attentions in which as much stands before each.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="prefix">What stands before them.</param>
    internal PrefixTable PrefixTableOn(AcceleratorDevice device, PrefixOperands prefix)
    {
        int tileRows = AttentionLaunch.TileRows(device);
        int[] numbers = PrefixTable.NumbersOf(Sequences, prefix.BySequence, tileRows);
        if (_prefixTable is not { IsHeld: true } || !numbers.AsSpan().SequenceEqual(_prefixNumbers))
        {
            _prefixTable?.Dispose();
            _prefixTable = Op.Upload(device, numbers);
            _prefixNumbers = numbers;
        }

        return new PrefixTable(_prefixTable.ViewOf<int>(), TableOn(device).TileCount);
    }
}
