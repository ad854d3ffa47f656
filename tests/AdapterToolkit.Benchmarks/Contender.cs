namespace AdapterToolkit.Benchmarks;

/// <summary>One side of a comparison within this process.</summary>
/// <param name="Run">What is timed.</param>
/// <param name="Restore">What brings the state before a run back, not timed; null where a run changes nothing.</param>
internal sealed record Contender(Action Run, Action? Restore = null);
