namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>What a condition may be, on the paths to a point of a program.</summary>
[Flags]
internal enum Truth
{
    /// <summary>It holds.</summary>
    Holds = 1,

    /// <summary>It does not hold.</summary>
    Fails = 2,

    /// <summary>It held, and holds no more: what was compared has gone on to values that it did not have before.</summary>
    Passed = 4,
}
