using AdapterToolkit.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Operators;

/// <summary>
/// Causal attention with keys and values before the sequences, against plain loops in double precision, and its gradients also against finite differences.
/// </summary>
[Collection(nameof(VectorWidth))]
public sealed class AttentionPrefixTests
{
    private const double Tolerance = 1e-5;

    /// <summary>
    /// Tokens that all sequences share, that some do, tokens of several lengths, sequences without, padding up to a whole sequence, tokens that stand before no
    /// sequence, several query heads a key head.
    /// </summary>
    private static readonly AttentionCase[] s_cases =
    [
        new AttentionCase(1, 1, 1, 1, 2).WithPrefixes([1], [0]),
        new AttentionCase(2, 5, 2, 2, 6, [5, 3]).WithPrefixes([3], [0, 0]),
        new AttentionCase(3, 7, 4, 2, 10, [7, 0, 1]).WithPrefixes([2, 5], [1, 0, -1]),
        Ragged([3, 1, 7], 4, 2, 6).WithPrefixes([6, 1], [1, -1, 1]),
        Ragged([1, 20, 2], 2, 1, 10).WithPrefixes([17, 2, 5], [0, 2, 0]),
    ];

    private static readonly AttentionCase[] s_largeCases =
    [
        new AttentionCase(2, 33, 9, 3, 64).WithPrefixes([20], [0, 0]),
        new AttentionCase(1, 70, 6, 3, 32).WithPrefixes([130], [0]),
        new AttentionCase(2, 131, 4, 1, 16, [131, 97]).WithPrefixes([64, 65], [1, 0]),
        new AttentionCase(2, 48, 3, 3, 128, [48, 16]).WithPrefixes([7], [-1, 0]),
        new AttentionCase(1, 64, 2, 2, 256).WithPrefixes([5], [0]),
        Ragged([70, 1, 131, 64, 33], 4, 2, 32).WithPrefixes([64, 129, 1], [0, 1, 2, -1, 1]),
        Ragged([1, 1, 290], 3, 1, 66).WithPrefixes([33], [-1, 0, 0]),
    ];

    public static IEnumerable<TheoryDataRow<string>> All => TestDevices.All;

    public static IEnumerable<TheoryDataRow<string>> Fast => TestDevices.Fast;

    [Theory]
    [MemberData(nameof(All))]
    public void Small_shapes_equal_plain_loops(string device) => CheckAll(device, s_cases);

    [Theory]
    [MemberData(nameof(Fast))]
    public void Large_shapes_equal_plain_loops(string device) => CheckAll(device, s_largeCases);

    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    public void Vectors_of_every_width_give_the_same(int bits)
    {
        using VectorsOf vectors = new(bits);
        CheckAll("cpu", [.. s_cases, .. s_largeCases]);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Gradients_are_finite_differences(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        AttentionCase[] cases =
        [
            new AttentionCase(2, 4, 4, 2, 4, [4, 3]).WithPrefixes([3], [0, 0]),
            Ragged([1, 4, 3], 4, 2, 4).WithPrefixes([2, 5], [1, -1, 0]),
        ];
        foreach (AttentionCase shape in cases)
        {
            AttentionCaseGradients gradients = Gradients(device, shape, true, true, true);
            FiniteDifferences.Assert(at => Weighted(shape, shape.Expected(at, shape.Key, shape.Value)), shape.Query, gradients.Query, "dQ");
            FiniteDifferences.Assert(at => Weighted(shape, shape.Expected(shape.Query, at, shape.Value)), shape.Key, gradients.Key, "dK");
            FiniteDifferences.Assert(at => Weighted(shape, shape.Expected(shape.Query, shape.Key, at)), shape.Value, gradients.Value, "dV");
            for (int tokens = 0; tokens < shape.PrefixKeys.Length; tokens++)
            {
                CheckDifferences(shape, shape.PrefixKeys[tokens], gradients.PrefixKeys[tokens], $"dK of tokens {tokens}");
                CheckDifferences(shape, shape.PrefixValues[tokens], gradients.PrefixValues[tokens], $"dV of tokens {tokens}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Only_wanted_gradients_are_given(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        AttentionCase shape = new AttentionCase(2, 3, 2, 1, 4, [3, 2]).WithPrefixes([2], [0, -1]);
        AttentionCaseGradients expected = shape.AllExpectedGradients();
        for (int wanted = 0; wanted < 16; wanted++)
        {
            AttentionCaseGradients gradients = Gradients(device, shape, (wanted & 1) != 0, (wanted & 2) != 0, (wanted & 4) != 0, (wanted & 8) != 0);
            Close.Assert((wanted & 1) != 0 ? expected.Query : [], gradients.Query, Tolerance, "dQ");
            Close.Assert((wanted & 2) != 0 ? expected.Key : [], gradients.Key, Tolerance, "dK");
            Close.Assert((wanted & 4) != 0 ? expected.Value : [], gradients.Value, Tolerance, "dV");
            Close.Assert((wanted & 8) != 0 ? expected.PrefixKeys[0] : [], gradients.PrefixKeys[0], Tolerance, "dK of the tokens");
            Close.Assert((wanted & 8) != 0 ? expected.PrefixValues[0] : [], gradients.PrefixValues[0], Tolerance, "dV of the tokens");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Each_sequence_of_a_small_batch_gives_the_bits_that_it_gives_alone(string device) => CheckAlone(device, s_cases);

    [Theory]
    [MemberData(nameof(Fast))]
    public void Each_sequence_of_a_large_batch_gives_the_bits_that_it_gives_alone(string device) => CheckAlone(device, s_largeCases);

    [Theory]
    [MemberData(nameof(All))]
    public void Tokens_before_no_sequence_change_no_bit(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        AttentionCase shape = Ragged([3, 1, 7], 4, 2, 6), with = shape.WithPrefixes([4], [-1, -1, -1]);
        AttentionCaseGradients expected = Gradients(device, shape, true, true, true), actual = Gradients(device, with, true, true, true);
        Assert.Equal(Forward(device, shape).Result, Forward(device, with).Result);
        Assert.Equal(expected.Query, actual.Query);
        Assert.Equal(expected.Key, actual.Key);
        Assert.Equal(expected.Value, actual.Value);
        Assert.Empty(actual.PrefixKeys[0]);
    }

    /// <summary>Where a training tells sequences apart, the tokens' gradient is the tree's sum of those of the sequences, each by itself.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void In_a_training_the_gradients_of_shared_tokens_are_summed_by_sequence_in_the_tree(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        AttentionCase shape = Ragged([3, 1, 7, 2, 5], 4, 2, 6).WithPrefixes([4, 3], [0, 0, 1, 0, 0]);
        float[][] alone = [.. Enumerable.Range(0, shape.Tokens.Batch).Select(i => Gradients(device, shape.Alone(i), true, true, true).PrefixKeys[0])];
        PassSequence[] learned =
            [.. shape.Tokens.Sequences.ToArray().Select((sequence, i) => new PassSequence(sequence.FirstRow, sequence.Length, i, i)).Where((_, i) => i != 3)];
        Pass pass = new(null, new PassSequences(learned, shape.Rows, shape.Tokens.Batch));

        AttentionCaseGradients summed = Gradients(device, shape, true, true, true, sums: pass, share: new SequenceShare(0, 5, 5));

        Assert.Equal(Sum(Sum(alone[0], alone[1]), alone[4]), summed.PrefixKeys[0]);
        Assert.Equal(alone[2], summed.PrefixKeys[1]);
    }

    [Fact]
    public void Every_number_of_threads_gives_the_same_bits()
    {
        AttentionCase shape = Ragged([41, 1, 70, 64], 6, 3, 32).WithPrefixes([70, 20], [0, 1, 0, -1]);
        using CpuDevice one = new(threads: 1);
        AttentionCaseGradients expected = Gradients(one, shape, true, true, true);
        for (int threads = 2; threads <= 4; threads++)
        {
            using CpuDevice device = new(threads);
            AttentionCaseGradients gradients = Gradients(device, shape, true, true, true);
            Assert.Equal(Forward(one, shape).Result, Forward(device, shape).Result);
            Assert.Equal(expected.Query, gradients.Query);
            Assert.Equal(expected.Key, gradients.Key);
            Assert.Equal(expected.Value, gradients.Value);
            Assert.Equal(expected.PrefixKeys, gradients.PrefixKeys);
            Assert.Equal(expected.PrefixValues, gradients.PrefixValues);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Nothing_is_held_afterwards(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        AttentionCase shape = s_cases[3];
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        using SequenceContext context = shape.Context(device);
        VirtualTokens[] tokens = shape.OpenPrefixes(device);
        using Tensor query = Tensor.From(device, shape.QueryShape, shape.Query), key = Tensor.From(device, shape.KeyShape, shape.Key);
        foreach (Parameter parameter in tokens.SelectMany(own => (Parameter[])[own.Key, own.Value]))
            parameter.AccumulatedGradient.Clear();
        long before = 0;
        for (int run = 0; run < 2; run++)
        {
            // The first run uploads the tables of the context.
            before = device.HeldBytes;
            AttentionPrefix prefix = new(tokens, Pass.Active);
            Tensor result = Op.CausalAttentionSaving(query, key, key, context, prefix, out Tensor logSumExp);
            (Tensor? dQuery, _, _) = Op.CausalAttentionGradient(query, query, key, key, result, logSumExp, context, prefix, true, false, false);
            foreach (Tensor tensor in (Tensor[])[result, logSumExp, dQuery!])
                tensor.Release();
        }

        Assert.Equal(before, device.HeldBytes);
        foreach (VirtualTokens own in tokens)
            Dispose(own);
        context.Rotary.Dispose();
    }

    [Fact]
    public void Tokens_that_do_not_fit_are_named()
    {
        using CpuDevice device = new();
        using TensorScope scope = new();
        using SequenceContext context = new AttentionCase(2, 3, 4, 2, 4).Context(device);
        AssertNames("2 x 4 and 2 x 4, but the attention has 2 key heads of 4", New(2, 4));
        AssertNames("2 x 8 and 3 x 8", new VirtualTokens(Zeros(2, 8), Zeros(3, 8)));
        AssertNames("2 of the 3 rows of sequence 1", New(2, 8) with { Rows = [new RowRange(0, 5)] });
        AssertNames("before sequence 1", New(2, 8) with { Rows = [new RowRange(3, 3)] }, New(1, 8));
        context.Rotary.Dispose();

        void AssertNames(string named, params VirtualTokens[] tokens) => Assert.Contains(
            named,
            Assert.Throws<ArgumentException>(() => Op.CausalAttention(
                Tensor.Zeros(device, new Shape(6, 16)),
                Tensor.Zeros(device, new Shape(6, 8)),
                Tensor.Zeros(device, new Shape(6, 8)),
                context,
                new AttentionPrefix(tokens, null))).Message,
            StringComparison.Ordinal);

        VirtualTokens New(int rows, int columns) => new(Zeros(rows, columns), Zeros(rows, columns));

        Parameter Zeros(int rows, int columns) => new(Tensor.Zeros(device, new Shape(rows, columns)));
    }

    private static float[] Sum(float[] left, float[] right) => [.. left.Zip(right, (a, b) => a + b)];

    private static void CheckDifferences(AttentionCase shape, float[] numbers, float[] gradient, string what)
    {
        float[] point = [.. numbers];
        FiniteDifferences.Assert(
            at =>
            {
                at.CopyTo(numbers, 0);
                return Weighted(shape, shape.Expected(shape.Query, shape.Key, shape.Value));
            },
            point, gradient, what);
        point.CopyTo(numbers, 0);
    }

    private static void CheckAll(string identifier, AttentionCase[] cases)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach (AttentionCase shape in cases)
        {
            (float[] result, float[] logSumExp) = Forward(device, shape);
            Close.Assert(shape.Expected(shape.Query, shape.Key, shape.Value), result, Tolerance, $"O of {shape}");
            Close.Assert(shape.ExpectedLogSumExp(), logSumExp, Tolerance, $"the logarithms of {shape}");
            AttentionCaseGradients expected = shape.AllExpectedGradients(), gradients = Gradients(device, shape, true, true, true);
            Close.Assert(expected.Query, gradients.Query, Tolerance, $"dQ of {shape}");
            Close.Assert(expected.Key, gradients.Key, Tolerance, $"dK of {shape}");
            Close.Assert(expected.Value, gradients.Value, Tolerance, $"dV of {shape}");
            for (int tokens = 0; tokens < expected.PrefixKeys.Length; tokens++)
            {
                if (Enumerable.Range(0, shape.Tokens.Batch).All(sequence => shape.TokensBefore(sequence) != tokens))
                    continue;
                Close.Assert(expected.PrefixKeys[tokens], gradients.PrefixKeys[tokens], Tolerance, $"dK of tokens {tokens} of {shape}");
                Close.Assert(expected.PrefixValues[tokens], gradients.PrefixValues[tokens], Tolerance, $"dV of tokens {tokens} of {shape}");
            }
        }
    }

    private static void CheckAlone(string identifier, AttentionCase[] cases)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach (AttentionCase shape in cases)
        {
            float[] result = Forward(device, shape).Result;
            AttentionCaseGradients gradients = Gradients(device, shape, true, true, true);
            for (int number = 0; number < shape.Tokens.Batch; number++)
            {
                Sequence sequence = shape.Tokens.Sequences[number];
                if (sequence.Length == 0)
                    continue;
                AttentionCase alone = shape.Alone(number);
                AttentionCaseGradients own = Gradients(device, alone, true, true, true);
                Assert.Equal(Forward(device, alone).Result, shape.RowsOf(sequence, result));
                Assert.Equal(own.Query, shape.RowsOf(sequence, gradients.Query));
                Assert.Equal(own.Key, shape.RowsOf(sequence, gradients.Key));
                Assert.Equal(own.Value, shape.RowsOf(sequence, gradients.Value));
                int tokens = shape.TokensBefore(number);
                if (tokens >= 0 && Enumerable.Range(0, shape.Tokens.Batch).Count(other => shape.TokensBefore(other) == tokens) == 1)
                {
                    Assert.Equal(own.PrefixKeys[0], gradients.PrefixKeys[tokens]);
                    Assert.Equal(own.PrefixValues[0], gradients.PrefixValues[tokens]);
                }
            }
        }
    }

    /// <summary>Sequences of several lengths without padding.</summary>
    private static AttentionCase Ragged(int[] lengths, int heads, int keyHeads, int headDim) =>
        new(new TokenIds(new int[lengths.Sum()], lengths), heads, keyHeads, headDim);

    private static double Weighted(AttentionCase shape, float[] result) =>
        result.Zip(shape.Gradient, (value, weight) => (double)value * weight).Sum();

    private static (float[] Result, float[] LogSumExp) Forward(ComputeDevice device, AttentionCase shape)
    {
        using TensorScope scope = new();
        using SequenceContext context = shape.Context(device);
        Tensor result = Op.CausalAttentionSaving(
            Tensor.From(device, shape.QueryShape, shape.Query),
            Tensor.From(device, shape.KeyShape, shape.Key),
            Tensor.From(device, shape.KeyShape, shape.Value),
            context,
            shape.PrefixKeys.Length == 0 ? null : new AttentionPrefix(shape.OpenPrefixes(device), null),
            out Tensor logSumExp);
        context.Rotary.Dispose();
        return (result.ToArray(), logSumExp.ToArray());
    }

    /// <summary>The gradients, and an empty array for one that was not given.</summary>
    private static AttentionCaseGradients Gradients(
        ComputeDevice device,
        AttentionCase shape,
        bool queryActive,
        bool keyActive,
        bool valueActive,
        bool prefixActive = true,
        Pass? sums = null,
        SequenceShare? share = null)
    {
        using TensorScope scope = new();
        using SequenceContext context = shape.Context(device);
        VirtualTokens[] tokens = shape.OpenPrefixes(device);
        if (share is not null)
        {
            foreach (Parameter parameter in tokens.SelectMany(own => (Parameter[])[own.Key, own.Value]))
                GradientSum.Start(parameter, share.Value);
        }

        AttentionPrefix? prefix = tokens.Length == 0 ? null : new AttentionPrefix(tokens, prefixActive ? sums ?? Pass.Active : null);
        Tensor query = Tensor.From(device, shape.QueryShape, shape.Query), gradient = Tensor.From(device, shape.QueryShape, shape.Gradient);
        Tensor key = Tensor.From(device, shape.KeyShape, shape.Key), value = Tensor.From(device, shape.KeyShape, shape.Value);
        Tensor result = Op.CausalAttentionSaving(query, key, value, context, prefix, out Tensor logSumExp);
        (Tensor? dQuery, Tensor? dKey, Tensor? dValue) = Op.CausalAttentionGradient(
            gradient, query, key, value, result, logSumExp, context, prefix, queryActive, keyActive, valueActive);
        context.Rotary.Dispose();
        if (share is not null)
            Assert.All(tokens, own => Assert.Single(own.Key.PartialGradients!.Complete()));
        AttentionCaseGradients gradients = new(
            dQuery?.ToArray() ?? [],
            dKey?.ToArray() ?? [],
            dValue?.ToArray() ?? [],
            [.. tokens.Select(own => own.Key.Gradient?.ToArray() ?? [])],
            [.. tokens.Select(own => own.Value.Gradient?.ToArray() ?? [])]);
        foreach (VirtualTokens own in tokens)
            Dispose(own);
        return gradients;
    }

    private static void Dispose(VirtualTokens tokens)
    {
        tokens.Key.Dispose();
        tokens.Value.Dispose();
    }
}
