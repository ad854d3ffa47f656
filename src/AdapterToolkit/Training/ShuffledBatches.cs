using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Training;

/// <summary>
/// An endless row of batches over a set of sequences. Each epoch goes once through all sequences in an order of its own,
/// which the seed decides; a batch that meets the end of an epoch goes on with the next one. A batch follows from its number
/// alone, so training can stop and go on anywhere.
/// </summary>
public sealed class ShuffledBatches : ITrainingBatches<TrainingBatch>
{
    private readonly IReadOnlyList<TrainingSequence> _sequences;
    private long _epoch = -1;
    private int[] _order = [];

    /// <summary>Makes batches of sequences.</summary>
    /// <param name="sequences">The sequences; at least one.</param>
    /// <param name="batchSize">How many sequences a batch holds.</param>
    /// <param name="seed">The seed of the order.</param>
    /// <exception cref="ArgumentException">A batch would have more tokens than an array can hold.</exception>
    public ShuffledBatches(IReadOnlyList<TrainingSequence> sequences, int batchSize, int seed)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentOutOfRangeException.ThrowIfZero(sequences.Count, nameof(sequences));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        int[] lengths = [.. sequences.Select(sequence => Math.Max(1, sequence.Ids.Length))];
        if (batchSize > Array.MaxLength / (batchSize < lengths.Length ? lengths.Min() : lengths.Max()))
            throw new ArgumentException($"A batch of {batchSize} sequences has more tokens than {Array.MaxLength}. Use smaller batches.", nameof(batchSize));
        _sequences = sequences;
        BatchSize = batchSize;
        Seed = seed;
    }

    /// <summary>How many sequences a batch holds.</summary>
    public int BatchSize { get; }

    /// <summary>The seed of the order.</summary>
    public int Seed { get; }

    /// <summary>How many sequences there are.</summary>
    public int SequenceCount => _sequences.Count;

    /// <summary>The last batch that can be asked for: positions in the epochs are 64-bit numbers, those of the epochs 32-bit ones.</summary>
    public long LastNumber => (long)((((UInt128)uint.MaxValue * (uint)SequenceCount) / (uint)BatchSize) - 1);

    /// <inheritdoc/>
    IReadOnlyList<TrainingSetting> ITrainingBatches<TrainingBatch>.Settings =>
    [
        new("batchSize", BatchSize),
        new("seed", Seed),
        new("data", Fingerprint(), "It is the hash of the training data: the texts, the tokenizer or the length of the sequences differ."),
    ];

    /// <summary>Makes the batch of a number.</summary>
    /// <param name="number">Counted from zero.</param>
    public TrainingBatch Batch(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, LastNumber);
        TrainingSequence[] chosen = new TrainingSequence[BatchSize];
        for (int i = 0; i < BatchSize; i++)
        {
            (long epoch, long position) = Math.DivRem((number * BatchSize) + i, (long)_sequences.Count);
            chosen[i] = _sequences[OrderOf(epoch)[(int)position]];
        }

        return TrainingBatch.Of(chosen);
    }

    /// <summary>The batches from a number on, without end.</summary>
    /// <param name="number">The number of the first, counted from zero.</param>
    public IEnumerable<TrainingBatch> From(long number)
    {
        for (; ; number++)
            yield return Batch(number);
    }

    /// <summary>A hash of all tokens and labels, by which a checkpoint knows its data again.</summary>
    public string Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TrainingSequence sequence in _sequences)
        {
            hash.AppendData(BitConverter.GetBytes(sequence.Ids.Length));
            hash.AppendData(MemoryMarshal.AsBytes(sequence.Ids.Span));
            hash.AppendData(MemoryMarshal.AsBytes(sequence.Labels.Span));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private int[] OrderOf(long epoch)
    {
        if (epoch != _epoch)
        {
            _order = [.. Enumerable.Range(0, _sequences.Count)];
            new RandomSequence(((ulong)(uint)Seed << 32) | (uint)epoch).Shuffle<int>(_order);
            _epoch = epoch;
        }

        return _order;
    }
}
