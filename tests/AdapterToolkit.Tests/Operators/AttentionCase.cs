using AdapterToolkit.Devices;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Tests.Operators;

/// <summary>One shape of attention with random operands, and what plain loops in double precision give for it.</summary>
internal sealed class AttentionCase
{
    /// <summary>Which virtual tokens stand before each sequence; -1 for none.</summary>
    private readonly int[] _tokensBefore;

    /// <summary>A batch of sequences of one length, some of which may be padded.</summary>
    public AttentionCase(int batch, int length, int heads, int keyHeads, int headDim, int[]? lengths = null)
        : this(new TokenIds(batch, length, new int[batch * length], lengths), heads, keyHeads, headDim)
    {
    }

    /// <summary>A batch of any sequences.</summary>
    public AttentionCase(TokenIds tokens, int heads, int keyHeads, int headDim)
        : this(tokens, heads, keyHeads, headDim, [], [])
    {
    }

    private AttentionCase(TokenIds tokens, int heads, int keyHeads, int headDim, int[] counts, int[] tokensBefore)
    {
        (Tokens, Heads, KeyHeads, HeadDim) = (tokens, heads, keyHeads, headDim);
        RandomSequence random = new(11);
        Query = Values(random, Rows * heads * headDim);
        Key = Values(random, Rows * keyHeads * headDim);
        Value = Values(random, Rows * keyHeads * headDim);
        Gradient = Values(random, Rows * heads * headDim);
        PrefixKeys = [.. counts.Select(count => Values(random, count * keyHeads * headDim))];
        PrefixValues = [.. counts.Select(count => Values(random, count * keyHeads * headDim))];
        _tokensBefore = tokensBefore;
    }

    private AttentionCase(AttentionCase whole, int number)
    {
        Sequence sequence = whole.Tokens.Sequences[number];
        (Tokens, Heads, KeyHeads, HeadDim) = (new TokenIds(new int[sequence.Length], [sequence.Length]), whole.Heads, whole.KeyHeads, whole.HeadDim);
        Query = whole.RowsOf(sequence, whole.Query);
        Key = whole.RowsOf(sequence, whole.Key);
        Value = whole.RowsOf(sequence, whole.Value);
        Gradient = whole.RowsOf(sequence, whole.Gradient);
        int before = whole.TokensBefore(number);
        PrefixKeys = before < 0 ? [] : [whole.PrefixKeys[before]];
        PrefixValues = before < 0 ? [] : [whole.PrefixValues[before]];
        _tokensBefore = before < 0 ? [] : [0];
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

    /// <summary>The keys of each list of virtual tokens.</summary>
    public float[][] PrefixKeys { get; }

    /// <summary>The values of each list of virtual tokens.</summary>
    public float[][] PrefixValues { get; }

    public Shape QueryShape => new(Rows, Heads * HeadDim);

    public Shape KeyShape => new(Rows, KeyHeads * HeadDim);

    public SequenceContext Context(ComputeDevice device)
    {
        RotaryTable table = new(device, Tokens.Sequences.ToArray().Max(sequence => sequence.EndPosition), RotaryFrequencies.Compute(HeadDim, 10_000, null));
        return new SequenceContext(Tokens, table);
    }

    /// <summary>The same batch with virtual tokens before its sequences.</summary>
    /// <param name="counts">How many tokens each list of them has.</param>
    /// <param name="before">The list that stands before each sequence; -1 for none.</param>
    public AttentionCase WithPrefixes(int[] counts, int[] before) => new(Tokens, Heads, KeyHeads, HeadDim, counts, before);

    /// <summary>Which list of virtual tokens stands before a sequence; -1 for none.</summary>
    public int TokensBefore(int sequence) => _tokensBefore.Length == 0 ? -1 : _tokensBefore[sequence];

    /// <summary>The virtual tokens on a device, the caller's to dispose of.</summary>
    public VirtualTokens[] OpenPrefixes(ComputeDevice device)
    {
        return [.. PrefixKeys.Select((key, i) => new VirtualTokens(Open(key), Open(PrefixValues[i])) { Rows = RowsAfter(i) })];

        Parameter Open(float[] numbers) => new(Tensor.From(device, new Shape(numbers.Length / KeyHeads / HeadDim, KeyHeads * HeadDim), numbers));

        RowRange[]? RowsAfter(int tokens) => _tokensBefore.All(before => before == tokens)
            ? null
            : [.. Tokens.Sequences.ToArray().Where((_, number) => _tokensBefore[number] == tokens).Select(own => new RowRange(own.FirstRow, own.Rows))];
    }

    /// <summary>One sequence of the batch without its padding, and without the others.</summary>
    public AttentionCase Alone(int sequence) => new(this, sequence);

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
        ForEachRow((row, head, places) =>
        {
            double[] weights = Weights(query, key, row, head, places, out _);
            for (int i = 0; i < HeadDim; i++)
            {
                double sum = 0;
                for (int k = 0; k < weights.Length; k++)
                    sum += weights[k] * NumbersOf(places[k], value, PrefixValues)[places[k].First + i];
                result[QueryIndex(row, head) + i] = (float)sum;
            }
        });
        return result;
    }

    /// <summary>The logarithm of the softmax's denominator of each row and head.</summary>
    public float[] ExpectedLogSumExp()
    {
        float[] result = new float[Rows * Heads];
        ForEachRow((row, head, places) =>
        {
            Weights(Query, Key, row, head, places, out double logarithm);
            result[(row * Heads) + head] = (float)logarithm;
        });
        return result;
    }

    /// <summary>The gradients of queries, keys and values by the chain rule.</summary>
    public (float[] Query, float[] Key, float[] Value) ExpectedGradients()
    {
        AttentionCaseGradients gradients = AllExpectedGradients();
        return (gradients.Query, gradients.Key, gradients.Value);
    }

    /// <summary>The gradients of all operands by the chain rule, those of virtual tokens summed over the sequences that they stand before.</summary>
    public AttentionCaseGradients AllExpectedGradients()
    {
        double[] dQuery = new double[Query.Length], dKey = new double[Key.Length], dValue = new double[Value.Length];
        double[][] dPrefixKeys = [.. PrefixKeys.Select(key => new double[key.Length])];
        double[][] dPrefixValues = [.. PrefixValues.Select(value => new double[value.Length])];
        ForEachRow((row, head, places) =>
        {
            double[] weights = Weights(Query, Key, row, head, places, out _);
            double[] slopes = new double[weights.Length];
            int q = QueryIndex(row, head);
            for (int k = 0; k < weights.Length; k++)
            {
                float[] values = NumbersOf(places[k], Value, PrefixValues);
                double[] dValues = NumbersOf(places[k], dValue, dPrefixValues);
                for (int i = 0; i < HeadDim; i++)
                {
                    slopes[k] += (double)Gradient[q + i] * values[places[k].First + i];
                    dValues[places[k].First + i] += weights[k] * Gradient[q + i];
                }
            }

            double mean = weights.Zip(slopes, (weight, slope) => weight * slope).Sum();
            for (int k = 0; k < weights.Length; k++)
            {
                double slope = weights[k] * (slopes[k] - mean) / Math.Sqrt(HeadDim);
                float[] keys = NumbersOf(places[k], Key, PrefixKeys);
                double[] dKeys = NumbersOf(places[k], dKey, dPrefixKeys);
                for (int i = 0; i < HeadDim; i++)
                {
                    dQuery[q + i] += slope * keys[places[k].First + i];
                    dKeys[places[k].First + i] += slope * Query[q + i];
                }
            }
        });
        return new AttentionCaseGradients(
            Round(dQuery), Round(dKey), Round(dValue), [.. dPrefixKeys.Select(Round)], [.. dPrefixValues.Select(Round)]);
    }

    public override string ToString()
    {
        IEnumerable<string> rows = Tokens.Sequences.ToArray().Select((sequence, i) =>
            $"{(TokensBefore(i) < 0 ? 0 : PrefixKeys[TokensBefore(i)].Length / KeyHeads / HeadDim)}+{sequence.Length}/{sequence.Rows}");
        return $"{Heads}/{KeyHeads} heads of {HeadDim}, sequences of {string.Join(' ', rows)} rows";
    }

    private static float[] Round(double[] values) => [.. values.Select(value => (float)value)];

    private static float[] Values(RandomSequence random, int count)
    {
        float[] values = new float[count];
        random.FillGaussian(values, 1);
        return values;
    }

    private static T[] NumbersOf<T>(KeyPlace place, T[] own, T[][] prefixes) => place.Tokens < 0 ? own : prefixes[place.Tokens];

    /// <summary>Calls an action for every row that is no padding and every head, with the places of the keys that the row attends to.</summary>
    private void ForEachRow(Action<int, int, KeyPlace[]> action)
    {
        for (int number = 0; number < Tokens.Batch; number++)
        {
            Sequence sequence = Tokens.Sequences[number];
            int before = TokensBefore(number), count = before < 0 ? 0 : PrefixKeys[before].Length / (KeyHeads * HeadDim);
            for (int row = sequence.FirstRow; row < sequence.FirstRow + sequence.Length; row++)
            {
                for (int head = 0; head < Heads; head++)
                {
                    action(row, head,
                    [
                        .. Enumerable.Range(0, count).Select(token => new KeyPlace(before, KeyIndex(token, head))),
                        .. Enumerable.Range(sequence.FirstRow, row - sequence.FirstRow + 1).Select(key => new KeyPlace(-1, KeyIndex(key, head))),
                    ]);
                }
            }
        }
    }

    private double[] Weights(float[] query, float[] key, int row, int head, KeyPlace[] places, out double logSumExp)
    {
        double[] products = new double[places.Length];
        for (int k = 0; k < products.Length; k++)
        {
            float[] keys = NumbersOf(places[k], key, PrefixKeys);
            for (int i = 0; i < HeadDim; i++)
                products[k] += (double)query[QueryIndex(row, head) + i] * keys[places[k].First + i] / Math.Sqrt(HeadDim);
        }

        double maximum = products.Max();
        double[] powers = [.. products.Select(product => Math.Exp(product - maximum))];
        double sum = powers.Sum();
        logSumExp = maximum + Math.Log(sum);
        return [.. powers.Select(power => power / sum)];
    }

    private int QueryIndex(int row, int head) => ((row * Heads) + head) * HeadDim;

    private int KeyIndex(int row, int head) => ((row * KeyHeads) + (head * KeyHeads / Heads)) * HeadDim;

    /// <summary>Where a key and its value are.</summary>
    /// <param name="Tokens">The list of virtual tokens; -1 for the sequence's own.</param>
    /// <param name="First">The first number.</param>
    private readonly record struct KeyPlace(int Tokens, int First);
}
