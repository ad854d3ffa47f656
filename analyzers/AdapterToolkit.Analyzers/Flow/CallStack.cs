using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>The functions inside a body that are followed within one another: lambdas and local functions, which use its variables.</summary>
internal sealed class CallStack
{
    /// <summary>How deep they are followed.</summary>
    private const int Depth = 8;

    /// <summary>How many of them are run for one body at most.</summary>
    private const int Most = 400;

    private static readonly ImmutableHashSet<ISymbol> s_none = ImmutableHashSet.Create<ISymbol>(SymbolEqualityComparer.Default);

    private readonly ImmutableHashSet<ISymbol> _functions;
    private readonly int[] _count;

    /// <summary>No function is being followed yet.</summary>
    public CallStack()
        : this(s_none, [0])
    {
    }

    private CallStack(ImmutableHashSet<ISymbol> functions, int[] count)
    {
        _functions = functions;
        _count = count;
    }

    /// <summary>The stack inside a function; null where it is being followed already, or there is too much to follow.</summary>
    public CallStack? Enter(ISymbol function) =>
        _functions.Contains(function) || _functions.Count >= Depth || ++_count[0] > Most ? null : new CallStack(_functions.Add(function), _count);
}
