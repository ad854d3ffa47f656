using AdapterToolkit.CompilerServices;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Modules;

/// <summary>One forward and backward pass of a training's step, whose gradients are summed example by example.</summary>
public sealed class TrainingRun : IDisposable
{
    /// <summary>Describes a run with the adapter in use.</summary>
    /// <param name="examples">The examples of the batch, in the order of their rows.</param>
    /// <param name="first">The number of the first of them among those of the step.</param>
    /// <param name="gradientFactor">What the gradient of the summed loss is multiplied by.</param>
    internal TrainingRun(IReadOnlyList<Example> examples, int first, float gradientFactor)
    {
        Pass = new Pass(Sequences(examples, first));
        GradientFactor = gradientFactor;
    }

    /// <summary>Describes a run with given adapter weights.</summary>
    /// <param name="weights">The weights; null for the base alone.</param>
    /// <param name="examples">The examples of the batch, in the order of their rows.</param>
    internal TrainingRun(IAdapterWeights? weights, IReadOnlyList<Example> examples)
    {
        Pass = new Pass(weights, Sequences(examples, 0));
        GradientFactor = 1;
    }

    /// <summary>What <c>ForwardSaving</c> of the model is given.</summary>
    public Pass Pass { get; }

    /// <summary>What the gradient of the summed loss is multiplied by: one over the labels of the whole step.</summary>
    public float GradientFactor { get; }

    /// <summary>
    /// Says that the forward pass is at its end: what modules run from here on repeats a part of it (<see cref="Module.RecomputesForward"/>). To be called
    /// before <c>Backward</c>.
    /// </summary>
    public void BeginBackward() => Pass.BeginBackward();

    /// <summary>Says that the backward pass is at its end: what it never came to is ready too.</summary>
    internal void Complete() => Pass.Complete();

    /// <summary>Gives back what a run that failed kept.</summary>
    public void Dispose() => Pass.Release();

    private static PassSequences Sequences(IReadOnlyList<Example> examples, int first)
    {
        int rows = 0;
        List<PassSequence> learned = [];
        for (int i = 0; i < examples.Count; i++)
        {
            Example example = examples[i];
            if (example.FirstRow < rows || example.Rows < 0 || example.Padding < 0)
                throw new ArgumentException($"Example {i} of the batch has rows that are out of place: {example}.", nameof(examples));
            rows = example.End;
            if (example is { Labels: > 0, Rows: > 0 })
                learned.Add(new PassSequence(example.FirstRow, example.Rows, i, first + i));
        }

        return new PassSequences([.. learned], Math.Max(1, rows), examples.Count);
    }
}
