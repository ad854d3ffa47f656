namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>What a merge did to an object.</summary>
internal enum MergeKind
{
    /// <summary>The program asked whether it is merged: it is taken to know what it does.</summary>
    Asked,

    /// <summary>The factors were given back.</summary>
    ForGood,

    /// <summary>The factors are kept, idle.</summary>
    Reversible,

    /// <summary>One or the other.</summary>
    Either,
}
