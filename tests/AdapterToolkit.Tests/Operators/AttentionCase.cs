using AdapterToolkit.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Tests.Operators;

/// <summary>One shape of attention with random operands, and what plain loops in double precision give for it.</summary>
internal sealed class AttentionCase
{
    public AttentionCase(int batch, int length, int heads, int keyHeads, int headDim, int[]? lengths = null)
    {
        (Batch, Length, Heads, KeyHeads, HeadDim) = (batch, length, heads, keyHeads, headDim);
        Lengths = lengths ?? [.. Enumerable.Repeat(length, batch)];
        RandomSequence random = new(11);
        Query = Values(random, Rows * heads * headDim);
        Key = Values(random, Rows * keyHeads * headDim);
        Value = Values(random, Rows * keyHeads * headDim);
        Gradient = Values(random, Rows * heads * headDim);
    }

    public int Batch { get; }

    public int Length { get; }

    public int Heads { get; }

    public int KeyHeads { get; }

    public int HeadDim { get; }

    public int[] Lengths { get; }

    public int Rows => Batch * Length;

    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    /// <summary>The gradient of the result.</summary>
    public float[] Gradient { get; }

    public Shape QueryShape => new(Rows, Heads * HeadDim);

    public Shape KeyShape => new(Rows, KeyHeads * HeadDim);

    public SequenceContext Context(Device device)
    {
        RotaryTable table = new(device, Length, RotaryFrequencies.Compute(HeadDim, 10_000, null));
        return new SequenceContext(new TokenIds(Batch, Length, new int[Rows], Lengths), table);
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

    public override string ToString() => $"{Batch} x {Length} rows, {Heads}/{KeyHeads} heads of {HeadDim}, lengths {string.Join(' ', Lengths)}";

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
        for (int sequence = 0; sequence < Batch; sequence++)
        {
            for (int position = 0; position < Lengths[sequence]; position++)
            {
                for (int head = 0; head < Heads; head++)
                    action((sequence * Length) + position, head, sequence * Length);
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
