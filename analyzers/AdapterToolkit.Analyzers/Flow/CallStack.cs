using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>The methods and members that are being followed, so that recursion ends.</summary>
internal sealed class CallStack
{
    /// <summary>How deep calls are followed.</summary>
    private const int Depth = 8;

    /// <summary>How many bodies are run for one body of the user's at most.</summary>
    private const int MostBodies = 400;

    private static readonly ImmutableHashSet<ISymbol> s_none = ImmutableHashSet.Create<ISymbol>(SymbolEqualityComparer.Default);

    private readonly ImmutableHashSet<ISymbol> _methods;
    private readonly ImmutableHashSet<ISymbol> _members;
    private readonly int[] _bodies;

    /// <summary>Nothing is being followed yet.</summary>
    public CallStack()
        : this(s_none, s_none, [0])
    {
    }

    private CallStack(ImmutableHashSet<ISymbol> methods, ImmutableHashSet<ISymbol> members, int[] bodies)
    {
        _methods = methods;
        _members = members;
        _bodies = bodies;
    }

    /// <summary>Whether what a member was given is being looked for.</summary>
    public bool IsInMember => !_members.IsEmpty;

    /// <summary>The stack inside a method; null where the method is being followed already, or there is too much to follow.</summary>
    public CallStack? Enter(ISymbol method) =>
        _methods.Contains(method) || _methods.Count >= Depth || ++_bodies[0] > MostBodies ? null : new CallStack(_methods.Add(method), _members, _bodies);

    /// <summary>
    /// The stack while what a member was given is looked for, in methods that may be followed already; null where it is being
    /// looked for already.
    /// </summary>
    public CallStack? EnterMember(ISymbol member) =>
        _members.Contains(member) || _members.Count >= Depth ? null : new CallStack(s_none, _members.Add(member), _bodies);
}
