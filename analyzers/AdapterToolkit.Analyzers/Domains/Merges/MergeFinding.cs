namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>A second merge, or the use of an adapter after one.</summary>
/// <param name="Mistake">What is wrong about it.</param>
/// <param name="Name">How the program calls the object that it is made with.</param>
/// <param name="Subject">The path of that object; null where none is known.</param>
/// <param name="Cause">The merge that came before it.</param>
internal sealed record MergeFinding(MergeMistake Mistake, string Name, ObjectPath? Subject, MergeFact Cause);
