namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>The key of an element of a dictionary, which is no index, even where it is a number.</summary>
/// <param name="Value">The constant.</param>
internal sealed record DictionaryKey(object Value);
