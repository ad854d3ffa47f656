namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>What can have happened on a path to a point of a program.</summary>
internal enum TensorFactKind
{
    /// <summary>A layer or model was merged.</summary>
    Merged,

    /// <summary>A trainer ran.</summary>
    Trained,

    /// <summary>A model or layer was run.</summary>
    Used,

    /// <summary>A frozen weight was loaded.</summary>
    Loaded,

    /// <summary>A frozen weight gave its memory back.</summary>
    Released,

    /// <summary>A of some factors was set to zero.</summary>
    ClearedA,

    /// <summary>B of some factors was set to zero.</summary>
    ClearedB,
}
