namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>The index of an element as its distance from the end of the collection.</summary>
/// <param name="Distance">The distance: 1 for the last element.</param>
internal sealed record FromEnd(int Distance);
