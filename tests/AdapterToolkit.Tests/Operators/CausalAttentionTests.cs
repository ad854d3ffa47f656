using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Operators;

/// <summary>Causal attention against plain loops in double precision, and its gradients also against finite differences.</summary>
[Collection(nameof(VectorWidth))]
public sealed class CausalAttentionTests
{
    /// <summary>
    /// One row, odd lengths, padding up to a whole sequence, sequences of several lengths, several query heads a key head, heads that
    /// fill no vector, several blocks of keys.
    /// </summary>
    private static readonly AttentionCase[] s_cases =
    [
        new(1, 1, 1, 1, 2), new(2, 1, 2, 1, 4), new(2, 5, 2, 2, 6, [5, 3]), new(3, 7, 4, 2, 10, [7, 0, 1]),
        Ragged([3, 1, 7], 4, 2, 6), Ragged([1, 20, 2], 2, 1, 10),
    ];

    private static readonly AttentionCase[] s_largeCases =
    [
        new(2, 33, 9, 3, 64), new(1, 70, 6, 3, 32), new(2, 131, 4, 1, 16, [131, 97]), new(1, 300, 2, 1, 34, [290]),
        new(2, 48, 3, 3, 128, [48, 16]), new(1, 64, 2, 2, 256),
        Ragged([70, 1, 131, 64, 33], 4, 2, 32), Ragged([1, 1, 290], 3, 1, 66),
    ];

    public static IEnumerable<TheoryDataRow<string>> All => TestDevices.All;

    public static IEnumerable<TheoryDataRow<string>> Fast => TestDevices.Fast;

    [Theory]
    [MemberData(nameof(All))]
    public void SmallShapesEqualPlainLoops(string device) => CheckAll(device, s_cases);

    [Theory]
    [MemberData(nameof(Fast))]
    public void LargeShapesEqualPlainLoops(string device) => CheckAll(device, s_largeCases);

    [Theory]
    [MemberData(nameof(All))]
    public void GradientsAreFiniteDifferences(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach (AttentionCase shape in (AttentionCase[])[new(2, 4, 4, 2, 4, [4, 3]), Ragged([1, 4, 3], 4, 2, 4)])
        {
            (float[] query, float[] key, float[] value) = Gradients(device, shape, true, true, true);
            FiniteDifferences.Assert(at => Weighted(shape, shape.Expected(at, shape.Key, shape.Value)), shape.Query, query, "dQ");
            FiniteDifferences.Assert(at => Weighted(shape, shape.Expected(shape.Query, at, shape.Value)), shape.Key, key, "dK");
            FiniteDifferences.Assert(at => Weighted(shape, shape.Expected(shape.Query, shape.Key, at)), shape.Value, value, "dV");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void ASmallSequenceOfABatchGivesTheBitsThatItGivesAlone(string device) => CheckAlone(device, s_cases);

    [Theory]
    [MemberData(nameof(Fast))]
    public void ALargeSequenceOfABatchGivesTheBitsThatItGivesAlone(string device) => CheckAlone(device, s_largeCases);

    [Theory]
    [MemberData(nameof(All))]
    public void LargeProductsDoNotOverflow(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        AttentionCase shape = new(1, 6, 2, 1, 4);
        for (int i = 0; i < shape.Query.Length; i++)
            shape.Query[i] *= 300;
        Close.Assert(shape.Expected(shape.Query, shape.Key, shape.Value), Forward(device, shape), 1e-4, "O");
        Assert.DoesNotContain(Gradients(device, shape, true, true, true).Query, float.IsNaN);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void OnlyWantedGradientsAreGiven(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        AttentionCase shape = new(2, 3, 2, 1, 4, [3, 2]);
        (float[] query, float[] key, float[] value) = shape.ExpectedGradients();
        for (int wanted = 0; wanted < 8; wanted++)
        {
            (float[] dQuery, float[] dKey, float[] dValue) = Gradients(device, shape, (wanted & 1) != 0, (wanted & 2) != 0, (wanted & 4) != 0);
            Close.Assert((wanted & 1) != 0 ? query : [], dQuery, 1e-5, "dQ");
            Close.Assert((wanted & 2) != 0 ? key : [], dKey, 1e-5, "dK");
            Close.Assert((wanted & 4) != 0 ? value : [], dValue, 1e-5, "dV");
        }
    }

    [Theory]
    [MemberData(nameof(Fast))]
    public void NoMatrixOfRowsByRowsExists(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        AttentionCase shape = new(1, 256, 2, 1, 8);
        using SequenceContext context = shape.Context(device);
        using Tensor query = Tensor.From(device, shape.QueryShape, shape.Query), key = Tensor.From(device, shape.KeyShape, shape.Key);
        long operands = device.HeldBytes;
        using Tensor result = Op.CausalAttentionSaving(query, key, key, context, null, out Tensor logSumExp);
        long saved = sizeof(float) * shape.Rows * ((shape.Heads * shape.HeadDim) + shape.Heads);
        Assert.Equal(saved, result.Bytes + logSumExp.Bytes);
        Assert.InRange(device.PeakHeldBytes - operands, saved, 2 * saved);
        logSumExp.Release();
        context.Rotary.Dispose();
    }

    [Fact]
    public void EveryRunAndEveryNumberOfThreadsGivesTheSameBits()
    {
        foreach (AttentionCase shape in (AttentionCase[])[new(3, 70, 6, 3, 32, [70, 41, 64]), Ragged([41, 1, 70, 64], 6, 3, 32)])
            CheckThreads(shape);
    }

    [Fact]
    public void OperandsThatDoNotFitAreNamed()
    {
        using CpuDevice device = new();
        using TensorScope scope = new();
        using SequenceContext context = new AttentionCase(2, 3, 4, 2, 4).Context(device);
        Tensor Rows(int rows, int columns) => Tensor.Zeros(device, new Shape(rows, columns));
        AssertNames("6 rows, but the tensor is 5 x 16", () => Op.CausalAttention(Rows(5, 16), Rows(6, 8), Rows(6, 8), context));
        AssertNames("6 x 10", () => Op.CausalAttention(Rows(6, 16), Rows(6, 10), Rows(6, 8), context));
        AssertNames("6 x 12", () => Op.CausalAttention(Rows(6, 16), Rows(6, 12), Rows(6, 12), context));
        AssertNames("6 x 16", () => Op.CausalAttention(Rows(6, 16), Rows(6, 8), Rows(6, 16), context));
        context.Rotary.Dispose();
    }

    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    public void VectorsOfEveryWidthGiveTheSame(int bits)
    {
        using VectorsOf vectors = new(bits);
        CheckAll("cpu", [.. s_cases, .. s_largeCases]);
    }

    private static void AssertNames(string named, Action call) =>
        Assert.Contains(named, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);

    private static void CheckThreads(AttentionCase shape)
    {
        using CpuDevice one = new(threads: 1);
        float[] result = Forward(one, shape);
        (float[] query, float[] key, float[] value) = Gradients(one, shape, true, true, true);
        for (int threads = 2; threads <= 4; threads++)
        {
            using CpuDevice device = new(threads);
            Assert.Equal(result, Forward(device, shape));
            (float[] dQuery, float[] dKey, float[] dValue) = Gradients(device, shape, true, true, true);
            Assert.Equal(query, dQuery);
            Assert.Equal(key, dKey);
            Assert.Equal(value, dValue);
        }
    }

    private static void CheckAll(string identifier, AttentionCase[] cases)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach (AttentionCase shape in cases)
        {
            Close.Assert(shape.Expected(shape.Query, shape.Key, shape.Value), Forward(device, shape), 1e-5, $"O of {shape}");
            (float[] query, float[] key, float[] value) = shape.ExpectedGradients();
            (float[] dQuery, float[] dKey, float[] dValue) = Gradients(device, shape, true, true, true);
            Close.Assert([.. query, .. key, .. value], [.. dQuery, .. dKey, .. dValue], 1e-5, $"dQ, dK and dV of {shape}");
        }
    }

    private static void CheckAlone(string identifier, AttentionCase[] cases)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach (AttentionCase shape in cases)
        {
            float[] result = Forward(device, shape);
            (float[] query, float[] key, float[] value) = Gradients(device, shape, true, true, true);
            for (int number = 0; number < shape.Tokens.Batch; number++)
            {
                Sequence sequence = shape.Tokens.Sequences[number];
                if (sequence.Length == 0)
                    continue;
                AttentionCase alone = shape.Alone(number);
                (float[] dQuery, float[] dKey, float[] dValue) = Gradients(device, alone, true, true, true);
                Assert.Equal(Forward(device, alone), shape.RowsOf(sequence, result));
                Assert.Equal(dQuery, shape.RowsOf(sequence, query));
                Assert.Equal(dKey, shape.RowsOf(sequence, key));
                Assert.Equal(dValue, shape.RowsOf(sequence, value));
            }
        }
    }

    /// <summary>Sequences of several lengths without padding.</summary>
    private static AttentionCase Ragged(int[] lengths, int heads, int keyHeads, int headDim) =>
        new(new TokenIds(new int[lengths.Sum()], lengths), heads, keyHeads, headDim);

    private static double Weighted(AttentionCase shape, float[] result) =>
        result.Zip(shape.Gradient, (value, weight) => (double)value * weight).Sum();

    private static float[] Forward(ComputeDevice device, AttentionCase shape)
    {
        using TensorScope scope = new();
        using SequenceContext context = shape.Context(device);
        Tensor result = Op.CausalAttention(
            Tensor.From(device, shape.QueryShape, shape.Query),
            Tensor.From(device, shape.KeyShape, shape.Key),
            Tensor.From(device, shape.KeyShape, shape.Value),
            context);
        context.Rotary.Dispose();
        return result.ToArray();
    }

    /// <summary>The gradients, and an empty array for one that was not given.</summary>
    private static (float[] Query, float[] Key, float[] Value) Gradients(
        ComputeDevice device, AttentionCase shape, bool queryActive, bool keyActive, bool valueActive)
    {
        using TensorScope scope = new();
        using SequenceContext context = shape.Context(device);
        Tensor query = Tensor.From(device, shape.QueryShape, shape.Query), gradient = Tensor.From(device, shape.QueryShape, shape.Gradient);
        Tensor key = Tensor.From(device, shape.KeyShape, shape.Key), value = Tensor.From(device, shape.KeyShape, shape.Value);
        Tensor result = Op.CausalAttentionSaving(query, key, value, context, null, out Tensor logSumExp);
        (Tensor? dQuery, Tensor? dKey, Tensor? dValue) = Op.CausalAttentionGradient(
            gradient, query, key, value, result, logSumExp, context, null, queryActive, keyActive, valueActive);
        context.Rotary.Dispose();
        return (dQuery?.ToArray() ?? [], dKey?.ToArray() ?? [], dValue?.ToArray() ?? []);
    }
}
