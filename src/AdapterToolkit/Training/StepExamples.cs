using AdapterToolkit.Modules;

namespace AdapterToolkit.Training;

/// <summary>The examples of one batch of a step.</summary>
/// <param name="Examples">The examples.</param>
internal sealed record StepExamples(IReadOnlyList<Example> Examples)
{
    /// <summary>How many labels have a loss.</summary>
    internal long Labels { get; } = Examples.Sum(example => (long)example.Labels);

    /// <summary>How many rows there are, padding left out.</summary>
    internal long Tokens { get; } = Examples.Sum(example => (long)example.Rows);
}
