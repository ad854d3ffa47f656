namespace AdapterToolkit.Training;

/// <summary>
/// Sums what the processes of a training contribute to a step, each with sequences of its own, so that all make the same step, to the bit, and the same as one
/// process would with all the sequences. <see cref="LocalExchange"/> is that of a process by itself.
/// </summary>
/// <remarks>
/// The processes have the same model, the same adapter, an optimizer and a trainer with the same settings, and make the same number of steps; in the step's
/// batch the first process's sequences come first, then the second one's, and so on. A process may have none.
/// </remarks>
public interface IGradientExchange
{
    /// <summary>Begins a step, when all processes have.</summary>
    /// <param name="own">What this process has for it.</param>
    /// <returns>The step, to be disposed when it is at its end.</returns>
    IGradientExchangeStep Begin(StepContents own);
}
