using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>An expression that is linear in an input and in members of a class, by which it is multiplied.</summary>
/// <param name="Members">The members.</param>
/// <param name="HasInput">Whether an input is in it.</param>
/// <param name="FormsProduct">Whether members are multiplied with one another before an input is.</param>
internal readonly record struct LinearTerm(ImmutableHashSet<ISymbol> Members, bool HasInput, bool FormsProduct)
{
    /// <summary>An input by itself.</summary>
    public static LinearTerm Input { get; } = new([], HasInput: true, FormsProduct: false);

    /// <summary>A member by itself.</summary>
    public static LinearTerm Of(ISymbol member) => new([member], HasInput: false, FormsProduct: false);

    /// <summary>The product of two.</summary>
    public static LinearTerm Product(LinearTerm left, LinearTerm right) => new(left.Members.Union(right.Members), left.HasInput || right.HasInput,
        left.FormsProduct || right.FormsProduct || (!left.HasInput && !right.HasInput));

    /// <summary>Whether the members are these and no others.</summary>
    public bool IsOf(params ISymbol[] symbols)
    {
        ImmutableHashSet<ISymbol> members = Members;
        return members.Count == symbols.Length && symbols.All(symbol => members.Any(member => ClassCode.Is(member, symbol)));
    }
}
