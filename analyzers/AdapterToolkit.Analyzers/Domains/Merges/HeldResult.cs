using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>What a body tells about how weights are held.</summary>
/// <param name="Merges">The merges into weights of few bits, with these bits.</param>
/// <param name="Exit">What is known behind it.</param>
/// <param name="Returned">What it returns; null for what its type says.</param>
/// <param name="Stores">What fields and properties are given.</param>
/// <param name="Arguments">What calls are given, by their arguments.</param>
internal sealed record HeldResult(
    ImmutableDictionary<SyntaxNode, int> Merges,
    HeldState Exit,
    Held? Returned,
    ImmutableArray<(ISymbol Member, Held? Held)> Stores,
    ImmutableDictionary<SyntaxNode, Held?> Arguments);
