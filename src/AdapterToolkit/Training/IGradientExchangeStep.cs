using AdapterToolkit.Weights;

namespace AdapterToolkit.Training;

/// <summary>
/// One step of an <see cref="IGradientExchange"/>. Where a process disposes it before <see cref="Complete"/>, since it failed, no process makes the step: for
/// the others <see cref="Complete"/> says <see cref="StepOutcome.Stops"/>.
/// </summary>
/// <remarks>
/// Sums are identified by their sequences. A process contributes those of the tree of <see cref="SequenceTree{T}"/> that are whole without the sequences of
/// others, for a share of n sequences at most 2 log₂ n, mostly one. They are small enough in number to be sent as they are, so that every process can
/// add them in the tree: an implementation may begin to send a parameter's as soon as it has them, while the backward pass goes on, and put several
/// parameters' in one message.
/// </remarks>
public interface IGradientExchangeStep : IDisposable
{
    /// <summary>What all processes have for the step, and which of the sequences are this one's.</summary>
    StepTotals Totals { get; }

    /// <summary>
    /// Takes a parameter's gradient as soon as this process's last contribution to it is in. Each parameter that trains is given once a step, in the order in
    /// which the backward pass comes to its end with them; a process without sequences to learn from gives them in reverse order of their index.
    /// </summary>
    /// <param name="gradient">The gradient. Its sums are not changed until <see cref="Complete"/> returns.</param>
    void Add(GradientContribution gradient);

    /// <summary>
    /// Waits for the sums of all processes, and leaves each parameter's whole sum in its <see cref="Parameter.AccumulatedGradient"/>. A parameter to which
    /// nobody contributes stays as it is.
    /// </summary>
    /// <param name="losses">The sums of this process's sequences' losses.</param>
    /// <param name="stops">Whether this process asks all to stop before the step is made.</param>
    StepOutcome Complete(IReadOnlyList<PartialSum<double>> losses, bool stops);
}
