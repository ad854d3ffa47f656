namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>A second merge, or the use of an adapter after one.</summary>
/// <param name="Name">The object that it is made with.</param>
/// <param name="What">What is wrong about it, what comes of it, and what to do.</param>
/// <param name="Cause">The merge that came before it.</param>
internal sealed record MergeFinding(string Name, string What, MergeFact Cause);
