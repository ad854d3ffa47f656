namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>What is wrong about a call after a merge.</summary>
internal enum MergeMistake
{
    /// <summary>The object is merged again.</summary>
    MergedAgain,

    /// <summary>A merge is taken back that was for good.</summary>
    TakenBack,

    /// <summary>A layer is given other factors beside its merged weight.</summary>
    FactorsGiven,

    /// <summary>The factors of a layer are used beside its merged weight.</summary>
    FactorsUsed,

    /// <summary>A model gets another adapter beside its merged weights.</summary>
    AdapterReplaced,

    /// <summary>A model is trained that has no adapter left.</summary>
    Trained,

    /// <summary>An adapter is saved that is there no more.</summary>
    Saved,
}
