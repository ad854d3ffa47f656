namespace AdapterToolkit.Analyzers.Flow;

/// <summary>A name, as far as it reaches.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The class in which alone it can be used, by its name; null where it can be used anywhere.</param>
internal readonly record struct ScopedName(string Name, string? Type = null);
