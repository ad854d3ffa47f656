using AdapterToolkit.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Tests.Adapters;

/// <summary>Runs a layer with a list of low-rank terms, and compares it with runs of one term at a time on all rows of a batch of its own.</summary>
/// <param name="layer">The layer, whose weight is loaded.</param>
/// <param name="ranges">The rows of each term; null for all.</param>
/// <param name="rows">How many rows the batch has.</param>
internal sealed class LayerTerms(Linear layer, IReadOnlyList<RowRange[]?> ranges, int rows) : IDisposable
{
    private readonly LowRankFactors[] _factors = [.. ranges.Select((_, term) => NewFactors(layer, term + 2))];
    private readonly float[] _x = Random(100, rows * layer.InFeatures);
    private readonly float[] _dy = Random(101, rows * layer.OutFeatures);

    private sealed record LayerRun(float[] Y, float[]? Dx);

    /// <summary>
    /// Checks that y and dx of all rows are those of the frozen layer and the sum of what each term adds to them, and the gradients of each term's factors the
    /// sums of those over its ranges of rows.
    /// </summary>
    /// <param name="tolerance">How much of the largest number a number may be off.</param>
    /// <param name="inputActive">Whether the input has a gradient.</param>
    public void AssertEqualsSeparateRuns(double tolerance, bool inputActive)
    {
        LowRankTerms terms = LowRankTerms.Of([.. _factors.Zip(ranges, (own, range) => range is null ? new LowRankTerm(own) : new LowRankTerm(own, range))]);
        LayerRun mixed = Run(terms, new RowRange(0, rows), inputActive);
        (float[] A, float[] B)[] gradients = [.. _factors.Select(Gradients)];

        LayerRun frozen = Run(LowRankTerms.None, new RowRange(0, rows), inputActive);
        float[] y = [.. frozen.Y], dx = [.. frozen.Dx ?? []];
        (LowRankFactors Factors, RowRange Range)[] separate =
            [.. _factors.Zip(ranges).SelectMany(term => (term.Second ?? [new(0, rows)]).Select(range => (term.First, range)))];
        foreach ((LowRankFactors own, RowRange range) in separate)
        {
            LayerRun alone = Run(LowRankTerms.Of(own), range, inputActive);
            AddDifference(y, alone.Y, frozen.Y, range.First * layer.OutFeatures);
            if (inputActive)
                AddDifference(dx, alone.Dx!, frozen.Dx!, range.First * layer.InFeatures);
        }

        Close.Assert(y, mixed.Y, tolerance, "y");
        Close.Assert(dx, mixed.Dx ?? [], tolerance, "dx");
        foreach (((float[] a, float[] b), LowRankFactors own, int term) in gradients.Zip(_factors, Enumerable.Range(0, _factors.Length)))
        {
            Close.Assert(own.A.Gradient!.ToArray(), a, tolerance, $"dA of term {term}");
            Close.Assert(own.B.Gradient!.ToArray(), b, tolerance, $"dB of term {term}");
        }
    }

    public void Dispose()
    {
        foreach (LowRankFactors own in _factors)
            own.Dispose();
    }

    private static void AddDifference(float[] sum, float[] with, float[] without, int first)
    {
        for (int i = 0; i < with.Length; i++)
            sum[first + i] += with[i] - without[first + i];
    }

    private static (float[] A, float[] B) Gradients(LowRankFactors factors)
    {
        (float[] A, float[] B) gradients = (factors.A.Gradient!.ToArray(), factors.B.Gradient!.ToArray());
        factors.A.ClearGradient();
        factors.B.ClearGradient();
        return gradients;
    }

    private static LowRankFactors NewFactors(Linear layer, int seed)
    {
        int rank = layer.LowRank!.Rank;
        return new(layer.Weight.Device, "layer", layer.LowRank, rank, seed * rank, rankStabilized: false,
            Random(seed, rank * layer.InFeatures), Random(seed + 50, layer.OutFeatures * rank));
    }

    private static float[] Random(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 0.4f)];
    }

    private LayerRun Run(LowRankTerms terms, RowRange range, bool inputActive)
    {
        ComputeDevice device = layer.Weight.Device;
        using Tensor x = From(_x, layer.InFeatures), dy = From(_dy, layer.OutFeatures);
        using Tensor y = layer.ForwardSaving(x, inputActive, new Pass(new GivenTerms(terms)), out ForwardRecord? record);
        Tensor? dx = null;
        if (record is not null)
        {
            layer.Backward(dy, record, out dx);
            record.Release();
        }

        LayerRun run = new(y.ToArray(), dx?.ToArray());
        dx?.Release();
        return run;

        Tensor From(float[] values, int columns) =>
            Tensor.From(device, new Shape(range.Count, columns), values.AsSpan(range.First * columns, range.Count * columns));
    }

    /// <summary>Terms that are given.</summary>
    private sealed class GivenTerms(LowRankTerms terms) : IAdapterWeights
    {
        public LowRankTerms TermsOf(IAdapted adapted) => terms;

        public TrainedCopies CopiesOf(IAdapted module, FrozenWeight weight) => TrainedCopies.None;

        public void Dispose()
        {
        }
    }
}
