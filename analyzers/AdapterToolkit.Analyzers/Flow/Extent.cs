using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// How far a body was followed. What was found out about it is the same wherever the body is called, as long as nothing was cut off for the sake of
/// those that are being followed around it. It grows while the body is followed.
/// </summary>
internal sealed class Extent
{
    /// <summary>How many calls deep, with the body's own.</summary>
    public int Depth { get; private set; }

    /// <summary>How many bodies were counted at most at one time, with this one.</summary>
    public int Bodies { get; private set; }

    /// <summary>How many members deep, and how many bodies were counted for one.</summary>
    public (int Depth, int Bodies) Members { get; private set; }

    /// <summary>The methods that were entered.</summary>
    public HashSet<ISymbol> Methods { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>The members whose values were looked for.</summary>
    public HashSet<ISymbol> LookedFor { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>The methods and members around the body at which recursion was cut off.</summary>
    public HashSet<ISymbol> RecursesTo { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>Whether there was too much to follow.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Whether there was too much to follow for a member whose value was looked for.</summary>
    public bool IsOverForMember { get; private set; }

    /// <summary>Whether it was followed to its end: nothing was cut off but what recurses within it.</summary>
    public bool IsWhole => !IsOver && RecursesTo.Count == 0;

    /// <summary>A body that was not followed, for it recurses to one that is being followed.</summary>
    public static Extent CutAt(ISymbol symbol) => new() { RecursesTo = { symbol } };

    /// <summary>A body that was not followed, for there is too much to follow.</summary>
    public static Extent CutOff() => new() { IsOver = true };

    /// <summary>Adds what was followed for a call.</summary>
    public void Add(Extent call)
    {
        Depth = Math.Max(Depth, call.Depth);
        Methods.UnionWith(call.Methods);
        IsOver |= call.IsOver;
        AddMembers(call);
    }

    /// <summary>Adds what was followed for the value of a member.</summary>
    /// <param name="member">What was followed for it.</param>
    /// <param name="isWithinMember">Whether it was looked for while another member's value was, so that one limit holds for both.</param>
    public void AddMember(Extent member, bool isWithinMember)
    {
        IsOver |= isWithinMember && member.IsOver;
        IsOverForMember |= member.IsOver;
        Members = (Members.Depth, Math.Max(Members.Bodies, member.Bodies));
        AddMembers(member);
    }

    /// <summary>The end of a method.</summary>
    /// <param name="method">The method.</param>
    /// <param name="bodies">How many bodies were counted.</param>
    public void LeaveMethod(ISymbol method, int bodies)
    {
        Depth++;
        Bodies = bodies;
        Methods.Add(method);
        RecursesTo.Remove(method);
    }

    /// <summary>The end of the search for a member's value, in methods of their own.</summary>
    /// <param name="member">The member.</param>
    /// <param name="bodies">How many bodies were counted.</param>
    public void LeaveMember(ISymbol member, int bodies)
    {
        Depth = 0;
        Bodies = bodies;
        Methods.Clear();
        Members = (Members.Depth + 1, Members.Bodies);
        LookedFor.Add(member);
        RecursesTo.Remove(member);
    }

    private void AddMembers(Extent other)
    {
        Members = (Math.Max(Members.Depth, other.Members.Depth), Math.Max(Members.Bodies, other.Members.Bodies));
        LookedFor.UnionWith(other.LookedFor);
        RecursesTo.UnionWith(other.RecursesTo);
        IsOverForMember |= other.IsOverForMember;
    }
}
