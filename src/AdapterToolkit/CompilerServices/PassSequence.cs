namespace AdapterToolkit.CompilerServices;

/// <summary>A sequence of a training's pass whose gradients are summed by themselves.</summary>
/// <param name="FirstRow">The first of its rows in the pass's batch.</param>
/// <param name="Rows">How many rows it has, padding left out.</param>
/// <param name="Place">Which of the sequences of the pass's batch it is.</param>
/// <param name="Number">Its number among the sequences of the step.</param>
internal readonly record struct PassSequence(int FirstRow, int Rows, int Place, int Number);
