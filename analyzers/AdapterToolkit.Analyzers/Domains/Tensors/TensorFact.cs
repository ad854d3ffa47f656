using AdapterToolkit.Analyzers.Flow;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>Something that happened on some path to a point of a program.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Path">To which object; null for any.</param>
internal readonly record struct TensorFact(TensorFactKind Kind, AccessPath? Path = null);
