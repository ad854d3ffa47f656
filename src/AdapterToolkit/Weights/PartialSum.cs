namespace AdapterToolkit.Weights;

/// <summary>The sum of what some sequences contribute.</summary>
/// <typeparam name="T">What is summed.</typeparam>
/// <param name="Range">The sequences. Those among them that contribute nothing add nothing.</param>
/// <param name="Sum">The sum.</param>
public readonly record struct PartialSum<T>(SequenceRange Range, T Sum);
