using AdapterToolkit.Devices;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Tests.Operators;

/// <summary>One shape of attention with random operands, and what plain loops in double precision give for it.</summary>
internal sealed class AttentionCase
{
    /// <summary>A batch of sequences of one length, some of which may be padded.</summary>
    public AttentionCase(int batch, int length, int heads, int keyHeads, int headDim, int[]? lengths = null)
        : this(new TokenIds(batch, length, new int[batch * length], lengths), heads, keyHeads, headDim)
    {
    }

    /// <summary>A batch of any sequences.</summary>
    public AttentionCase(TokenIds tokens, int heads, int keyHeads, int headDim)
    {
        (Tokens, Heads, KeyHeads, HeadDim) = (tokens, heads, keyHeads, headDim);
        RandomSequence random = new(11);
        Query = Values(random, Rows * heads * headDim);
        Key = Values(random, Rows * keyHeads * headDim);
        Value = Values(random, Rows * keyHeads * headDim);
        Gradient = Values(random, Rows * heads * headDim);
    }

    private AttentionCase(AttentionCase whole, Sequence sequence)
    {
        (Tokens, Heads, KeyHeads, HeadDim) = (new TokenIds(new int[sequence.Length], [sequence.Length]), whole.Heads, whole.KeyHeads, whole.HeadDim);
        Query = whole.RowsOf(sequence, whole.Query);
        Key = whole.RowsOf(sequence, whole.Key);
        Value = whole.RowsOf(sequence, whole.Value);
        Gradient = whole.RowsOf(sequence, whole.Gradient);
    }

    public TokenIds Tokens { get; }

    public int Heads { get; }

    public int KeyHeads { get; }

    public int HeadDim { get; }

    public int Rows => Tokens.Rows;

    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    /// <summary>The gradient of the result.</summary>
    public float[] Gradient { get; }

    public Shape QueryShape => new(Rows, Heads * HeadDim);

    public Shape KeyShape => new(Rows, KeyHeads * HeadDim);

    public SequenceContext Context(ComputeDevice device)
    {
        RotaryTable table = new(device, Tokens.Sequences.ToArray().Max(sequence => sequence.EndPosition), RotaryFrequencies.Compute(HeadDim, 10_000, null));
        return new SequenceContext(Tokens, table);
    }

    /// <summary>One sequence of the batch without its padding, and without the others.</summary>
    public AttentionCase Alone(Sequence sequence) => new(this, sequence);

    /// <summary>A sequence's rows of a tensor, padding left out.</summary>
    public float[] RowsOf(Sequence sequence, float[] tensor)
    {
        int columns = tensor.Length / Rows;
        return tensor[(sequence.FirstRow * columns)..((sequence.FirstRow + sequence.Length) * columns)];
    }

    /// <summary>O = softmax(Q Kᵀ / √features) V by its definition, each head and row on its own.</summary>
    public float[] Expected(float[] query, float[] key, float[] value)
    {
        float[] result = new float[Rows * Heads * HeadDim];
        ForEachRow((row, head, keys) =>
        {
            double[] weights = Weights(query, key, row, head, keys);
            for (int i = 0; i < HeadDim; i++)
            {
                double sum = 0;
                for (int k = 0; k < weights.Length; k++)
                    sum += weights[k] * value[KeyIndex(keys + k, head) + i];
                result[QueryIndex(row, head) + i] = (float)sum;
            }
        });
        return result;
    }

    /// <summary>The gradients of queries, keys and values by the chain rule.</summary>
    public (float[] Query, float[] Key, float[] Value) ExpectedGradients()
    {
        double[] dQuery = new double[Query.Length], dKey = new double[Key.Length], dValue = new double[Value.Length];
        ForEachRow((row, head, keys) =>
        {
            double[] weights = Weights(Query, Key, row, head, keys);
            double[] slopes = new double[weights.Length];
            int q = QueryIndex(row, head);
            for (int k = 0; k < weights.Length; k++)
            {
                int v = KeyIndex(keys + k, head);
                for (int i = 0; i < HeadDim; i++)
                {
                    slopes[k] += (double)Gradient[q + i] * Value[v + i];
                    dValue[v + i] += weights[k] * Gradient[q + i];
                }
            }

            double mean = weights.Zip(slopes, (weight, slope) => weight * slope).Sum();
            for (int k = 0; k < weights.Length; k++)
            {
                double slope = weights[k] * (slopes[k] - mean) / Math.Sqrt(HeadDim);
                int index = KeyIndex(keys + k, head);
                for (int i = 0; i < HeadDim; i++)
                {
                    dQuery[q + i] += slope * Key[index + i];
                    dKey[index + i] += slope * Query[q + i];
                }
            }
        });
        return (Round(dQuery), Round(dKey), Round(dValue));
    }

    public override string ToString()
    {
        IEnumerable<string> rows = Tokens.Sequences.ToArray().Select(sequence => $"{sequence.Length}/{sequence.Rows}");
        return $"{Heads}/{KeyHeads} heads of {HeadDim}, sequences of {string.Join(' ', rows)} rows";
    }

    private static float[] Round(double[] values) => [.. values.Select(value => (float)value)];

    private static float[] Values(RandomSequence random, int count)
    {
        float[] values = new float[count];
        random.FillGaussian(values, 1);
        return values;
    }

    /// <summary>Calls an action for every row that is no padding and every head, with the first row of the sequence.</summary>
    private void ForEachRow(Action<int, int, int> action)
    {
        foreach (Sequence sequence in Tokens.Sequences)
        {
            for (int row = sequence.FirstRow; row < sequence.FirstRow + sequence.Length; row++)
            {
                for (int head = 0; head < Heads; head++)
                    action(row, head, sequence.FirstRow);
            }
        }
    }

    private double[] Weights(float[] query, float[] key, int row, int head, int keys)
    {
        double[] products = new double[row - keys + 1];
        for (int k = 0; k < products.Length; k++)
        {
            for (int i = 0; i < HeadDim; i++)
                products[k] += (double)query[QueryIndex(row, head) + i] * key[KeyIndex(keys + k, head) + i] / Math.Sqrt(HeadDim);
        }

        double maximum = products.Max();
        double[] powers = [.. products.Select(product => Math.Exp(product - maximum))];
        double sum = powers.Sum();
        return [.. powers.Select(power => power / sum)];
    }

    private int QueryIndex(int row, int head) => ((row * Heads) + head) * HeadDim;

    private int KeyIndex(int row, int head) => ((row * KeyHeads) + (head * KeyHeads / Heads)) * HeadDim;
}
