using AdapterToolkit.Weights;

namespace AdapterToolkit.Training;

/// <summary>The exchange of a process that trains by itself: the same sums, and nothing is sent.</summary>
public sealed class LocalExchange : IGradientExchange
{
    /// <inheritdoc/>
    public IGradientExchangeStep Begin(StepContents own) =>
        new Step(new StepTotals(new SequenceShare(0, own.Sequences, own.Sequences), own.Labels, own.Tokens, own.Stops));

    private sealed class Step(StepTotals totals) : IGradientExchangeStep
    {
        public StepTotals Totals { get; } = totals;

        /// <summary>The one sum that is left is the parameter's gradient already.</summary>
        public void Add(GradientContribution gradient)
        {
        }

        public StepOutcome Complete(IReadOnlyList<PartialSum<double>> losses, bool stops) => new(losses is [var whole] ? whole.Sum : 0, stops);

        public void Dispose()
        {
        }
    }
}
