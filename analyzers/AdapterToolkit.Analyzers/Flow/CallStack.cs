using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// The methods and members that are being followed, so that recursion ends. Whether a result is known already makes no difference to what may still be
/// followed: a known one counts as it did when it was found out.
/// </summary>
internal sealed class CallStack
{
    /// <summary>How deep calls are followed.</summary>
    private const int Depth = 8;

    /// <summary>How many bodies are counted for one body of the user's at most. One that was followed to its end counts once.</summary>
    private const int MostBodies = 400;

    private static readonly ImmutableHashSet<ISymbol> s_none = ImmutableHashSet.Create<ISymbol>(SymbolEqualityComparer.Default);

    private readonly ImmutableHashSet<ISymbol> _methods;
    private readonly ImmutableHashSet<ISymbol> _members;
    private readonly Meter _meter;
    private readonly int _start;
    private readonly int _highestAround;

    /// <summary>Nothing is being followed yet.</summary>
    public CallStack()
        : this(s_none, s_none, new Meter())
    {
    }

    private CallStack(ImmutableHashSet<ISymbol> methods, ImmutableHashSet<ISymbol> members, Meter meter)
    {
        _methods = methods;
        _members = members;
        _meter = meter;
        _start = meter.Count;
        _highestAround = meter.Highest;
    }

    /// <summary>Whether what a member was given is being looked for.</summary>
    public bool IsInMember => !_members.IsEmpty;

    /// <summary>The stack inside a method, which is left again; null where the method is being followed already, or there is too much to follow.</summary>
    public CallStack? Enter(ISymbol method)
    {
        if (_methods.Contains(method) || _methods.Count >= Depth || _meter.Count >= MostBodies)
            return null;
        CallStack inner = new(_methods.Add(method), _members, _meter);
        _meter.Highest = ++_meter.Count;
        return inner;
    }

    /// <summary>Whether a method is being followed.</summary>
    public bool IsIn(ISymbol method) => _methods.Contains(method);

    /// <summary>Why a method is not entered.</summary>
    public Extent CutAt(ISymbol method) => _methods.Contains(method) ? Extent.CutAt(method) : Extent.CutOff();

    /// <summary>Leaves the method that this stack is inside of.</summary>
    /// <param name="method">The method.</param>
    /// <param name="extent">What was followed in it.</param>
    /// <param name="isKept">Whether the result is kept, so that it is found out once.</param>
    public void Leave(ISymbol method, Extent extent, bool isKept)
    {
        extent.LeaveMethod(method, _meter.Highest - _start);
        _meter.Highest = Math.Max(_meter.Highest, _highestAround);
        if (isKept && extent.IsWhole)
            _meter.Count = _start + 1;
    }

    /// <summary>
    /// The stack while what a member was given is looked for, in methods that may be followed already; null where it is being
    /// looked for already.
    /// </summary>
    public CallStack? EnterMember(ISymbol member)
    {
        if (_members.Contains(member) || _members.Count >= Depth)
            return null;
        CallStack inner = new(s_none, _members.Add(member), _meter);
        _meter.Highest = _meter.Count;
        return inner;
    }

    /// <summary>Why the value of a member is not looked for.</summary>
    public Extent CutAtMember(ISymbol member) => _members.Contains(member) ? Extent.CutAt(member) : Extent.CutOff();

    /// <summary>Ends the search for the value of a member.</summary>
    /// <param name="member">The member.</param>
    /// <param name="extent">What was followed for it.</param>
    public void LeaveMember(ISymbol member, Extent extent)
    {
        extent.LeaveMember(member, _meter.Highest - _start);
        _meter.Highest = Math.Max(_meter.Highest, _highestAround);
        if (extent.IsWhole)
            _meter.Count = _start;
    }

    /// <summary>Takes a known result where following the body once more would give the same: nothing would be cut off here.</summary>
    /// <param name="extent">What was followed for it.</param>
    public bool Take(Extent extent)
    {
        int bodies = extent.Bodies + (IsInMember ? extent.Members.Bodies : 0);
        bool isSame = extent.IsWhole && _methods.Count + extent.Depth <= Depth && _meter.Count + bodies <= MostBodies && !_methods.Any(extent.Methods.Contains)
            && (!IsInMember || (!extent.IsOverForMember && _members.Count + extent.Members.Depth <= Depth && !_members.Any(extent.LookedFor.Contains)));
        if (!isSame)
            return false;
        _meter.Highest = Math.Max(_meter.Highest, _meter.Count + bodies);
        if (extent.Depth > 0)
            _meter.Count++;
        return true;
    }

    /// <summary>How many bodies are counted, and the most that were since a method was entered.</summary>
    private sealed class Meter
    {
        public int Count { get; set; }

        public int Highest { get; set; }
    }
}
