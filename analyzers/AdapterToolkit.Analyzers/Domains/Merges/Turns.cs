namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>Some of the turns of a loop over the elements of a sequence: that before the first element, and one for each element.</summary>
/// <param name="Bits">The turns, a bit each.</param>
internal readonly record struct Turns(uint Bits)
{
    /// <summary>How many elements are told apart at most.</summary>
    public const int MostElements = 16;

    /// <summary>The turn before the first element.</summary>
    public static Turns BeforeFirst => new(1);

    /// <summary>The turns that follow these.</summary>
    public Turns Next => new(Bits << 1);

    /// <summary>The turn of one element.</summary>
    public static Turns Of(int element) => new(2u << element);

    /// <summary>Whether these are among others.</summary>
    public bool AreIn(Turns others) => (Bits & others.Bits) != 0;

    /// <summary>Those of two.</summary>
    public static Turns operator |(Turns left, Turns right) => new(left.Bits | right.Bits);
}
