using AdapterToolkit.Devices;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Operators;

/// <summary>Causal attention of sequences that come in pieces, the earlier ones in caches, against plain loops in double precision over the whole.</summary>
public sealed class AttentionCacheTests
{
    private const double Tolerance = 1e-5;

    /// <summary>What rows of padding hold, so that it would show where one is attended to.</summary>
    private const float Padding = 1e3f;

    /// <summary>Several query heads a key head; sequences without virtual tokens, with tokens that others share, with tokens of their own.</summary>
    private static readonly AttentionCase s_case =
        new AttentionCase(new TokenIds(new int[17], [6, 2, 9]), 4, 2, 10).WithPrefixes([3, 5], [1, -1, 1]);

    private static readonly AttentionCase s_largeCase =
        new AttentionCase(new TokenIds(new int[383], [70, 131, 33, 149]), 6, 2, 34).WithPrefixes([20, 65], [0, 1, -1, 1]);

    public static IEnumerable<TheoryDataRow<string, bool>> All => TestDevices.With(TestDevices.All, (bool[])[false, true]);

    [Theory]
    [MemberData(nameof(All))]
    public void Pieces_equal_plain_loops_over_the_whole(string identifier, bool isPadded) =>
        Check(identifier, s_case, [[3, 1, 2], [1, 0, 4], [0, 1, 0], [2, 0, 3]], isPadded);

    [Theory]
    [InlineData("cpu", false)]
    [InlineData("cpu", true)]
    [Trait("Device", "cpu")]
    public void Large_pieces_equal_plain_loops_over_the_whole(string identifier, bool isPadded) =>
        Check(identifier, s_largeCase, [[65, 1, 0, 128], [1, 129, 33, 1], [3, 1, 0, 1], [1, 0, 0, 19]], isPadded);

    private static void Check(string identifier, AttentionCase shape, int[][] steps, bool isPadded)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        KeyValueCache[] caches = [.. Enumerable.Range(0, shape.Tokens.Batch).Select(_ => new KeyValueCache(device))];
        VirtualTokens[] virtualTokens = shape.OpenPrefixes(device);
        using RotaryTable rotary = new(device, 512, RotaryFrequencies.Compute(shape.HeadDim, 10_000, null));
        List<float>[] results = [.. caches.Select(_ => new List<float>())];
        foreach (int[] step in steps)
            Run(step);

        float[] expected = shape.Expected(shape.Query, shape.Key, shape.Value);
        for (int i = 0; i < caches.Length; i++)
        {
            Assert.Equal(shape.Tokens.Sequences[i].Length, caches[i].Count);
            Close.Assert(shape.RowsOf(shape.Tokens.Sequences[i], expected), results[i].ToArray(), Tolerance, $"sequence {i} of {shape}");
            caches[i].Dispose();
        }

        foreach (Parameter parameter in virtualTokens.SelectMany(own => (Parameter[])[own.Key, own.Value]))
            parameter.Dispose();
        rotary.Dispose();
        Assert.Equal(0, device.HeldBytes);

        void Run(int[] step)
        {
            // A padded batch has the sequences that have no tokens in the step too: all of their rows are padding.
            int[] numbers = [.. Enumerable.Range(0, step.Length).Where(i => isPadded || step[i] > 0)];
            TokenIds tokens = Tokens([.. numbers.Select(i => step[i])], [.. numbers.Select(i => caches[i].NextPosition)], isPadded);
            tokens = tokens.Continuing([.. numbers.Select(i => caches[i])]);
            using TensorScope scope = new();
            using SequenceContext context = new(tokens, rotary);
            VirtualTokens[] before =
            [
                .. virtualTokens.Select((own, list) => own with
                {
                    Rows = [.. numbers.Index().Where(pair => shape.TokensBefore(pair.Item) == list).Select(pair => RowsOf(tokens.Sequences[pair.Index]))],
                }),
            ];
            CacheRun run = CacheRun.Of(context)!;
            float[] result = Op.CausalAttention(
                Rows(shape.Query), Rows(shape.Key), Rows(shape.Value), context, new AttentionPrefix(before, run, site: 0)).ToArray();
            int columns = result.Length / tokens.Rows;
            foreach ((int place, int number) in numbers.Index())
            {
                Sequence sequence = tokens.Sequences[place];
                results[number].AddRange(result.AsSpan(sequence.FirstRow * columns, sequence.Length * columns));
                Assert.DoesNotContain(result[((sequence.FirstRow + sequence.Length) * columns)..(sequence.EndRow * columns)], value => value != 0);
            }

            run.Complete();

            Tensor Rows(float[] whole)
            {
                int columns = whole.Length / shape.Rows;
                float[] rows = new float[tokens.Rows * columns];
                Array.Fill(rows, Padding);
                foreach ((int place, int number) in numbers.Index())
                {
                    Sequence sequence = tokens.Sequences[place];
                    whole.AsSpan((shape.Tokens.Sequences[number].FirstRow + caches[number].Count) * columns, sequence.Length * columns)
                        .CopyTo(rows.AsSpan(sequence.FirstRow * columns));
                }

                return Tensor.From(device, new Shape(tokens.Rows, columns), rows);
            }
        }
    }

    private static TokenIds Tokens(int[] lengths, int[] positions, bool isPadded)
    {
        int rows = lengths.Max() + 1;
        return isPadded
            ? new TokenIds(lengths.Length, rows, new int[lengths.Length * rows], lengths, positions)
            : new TokenIds(new int[lengths.Sum()], lengths, positions);
    }

    private static RowRange RowsOf(Sequence sequence) => new(sequence.FirstRow, sequence.Rows);
}
