using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>What a body tells about merges.</summary>
/// <param name="Findings">The mistakes in it.</param>
/// <param name="Exit">What is merged behind it.</param>
/// <param name="Returned">The object that it returns; null where that is not always the same.</param>
/// <param name="Function">What the delegate calls that it returns; null where it returns none that is known.</param>
/// <param name="WhenTrue">What is merged where it returns true; null where it does not.</param>
/// <param name="WhenFalse">What is merged where it returns false; null where it does not.</param>
internal sealed record MergeResult(
    ImmutableDictionary<SyntaxNode, MergeFinding> Findings,
    MergeState Exit,
    ObjectPath? Returned,
    FunctionValue? Function,
    MergeState? WhenTrue,
    MergeState? WhenFalse);
