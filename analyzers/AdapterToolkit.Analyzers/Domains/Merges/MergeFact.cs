using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>A merge that may have happened.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Conditions">The conditions that held where it happened.</param>
/// <param name="Place">The call that merges, of several the first in the program; null where none does.</param>
/// <param name="Turns">Of sequences whose elements are known, and which a loop goes through: at which of them the merge has happened.</param>
/// <param name="Branches">The branches on which it happened.</param>
internal sealed record MergeFact(
    MergeKind Kind,
    ImmutableDictionary<Condition, Truth> Conditions,
    SyntaxNode? Place,
    ImmutableDictionary<ObjectPath, Turns> Turns,
    ImmutableHashSet<Branch> Branches)
{
    /// <summary>A merge that has happened at whatever element a loop is.</summary>
    public MergeFact(MergeKind kind, ImmutableDictionary<Condition, Truth> conditions, SyntaxNode? place, ImmutableHashSet<Branch> branches)
        : this(kind, conditions, place, ImmutableDictionary<ObjectPath, Turns>.Empty, branches)
    {
    }

    /// <summary>Whether it tells that the object may be merged.</summary>
    public bool IsMerge => Kind is MergeKind.ForGood or MergeKind.Reversible or MergeKind.Either;

    /// <summary>The join of two merges of the same object: what holds for either.</summary>
    public static MergeFact Join(MergeFact left, MergeFact right)
    {
        if (left.Equals(right))
            return left;
        MergeKind kind = left.Kind == right.Kind
            ? left.Kind
            : !left.IsMerge ? right.Kind
            : !right.IsMerge ? left.Kind
            : MergeKind.Either;
        ImmutableDictionary<ObjectPath, Turns> turns = ImmutableDictionary<ObjectPath, Turns>.Empty;
        foreach (KeyValuePair<ObjectPath, Turns> known in left.Turns)
        {
            if (right.Turns.TryGetValue(known.Key, out Turns other))
                turns = turns.Add(known.Key, known.Value | other);
        }

        return new MergeFact(
            kind, Truths.Common(left.Conditions, right.Conditions), IsBefore(left.Place, right.Place) ? left.Place : right.Place, turns,
            left.Branches.Intersect(right.Branches));
    }

    /// <inheritdoc/>
    public bool Equals(MergeFact? other) =>
        other is not null && Kind == other.Kind && IsSame(Place, other.Place)
            && Truths.AreEqual(Conditions, other.Conditions) && Truths.AreEqual(Turns, other.Turns) && Branches.SetEquals(other.Branches);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Kind;

    private static bool IsSame(SyntaxNode? left, SyntaxNode? right) => left?.SyntaxTree == right?.SyntaxTree && left?.Span == right?.Span;

    private static bool IsBefore(SyntaxNode? left, SyntaxNode? right)
    {
        if (left is null || right is null)
            return left is not null;
        int order = string.CompareOrdinal(left.SyntaxTree.FilePath, right.SyntaxTree.FilePath);
        return order < 0 || (order == 0 && left.SpanStart <= right.SpanStart);
    }
}
