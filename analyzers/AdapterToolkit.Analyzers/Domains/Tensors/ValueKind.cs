namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// What a tensor is, in the words of y = Wx + s·B(Ax). The kinds are a lattice in this order: of two, the later is their join,
/// the one that a rule has more to say about.
/// </summary>
internal enum ValueKind
{
    /// <summary>Nothing is known: an activation, a scalar, or no tensor at all.</summary>
    Other,

    /// <summary>Numbers that are all zero.</summary>
    Zeros,

    /// <summary>Numbers that are known not to be zero: random ones, or a constant.</summary>
    Noise,

    /// <summary>A matrix that only scales: the identity, or numbers on a diagonal.</summary>
    Diagonal,

    /// <summary>Something that trains, of known shape.</summary>
    Trained,

    /// <summary>W, or a frozen bias.</summary>
    Weight,

    /// <summary>Ax: an activation behind one factor.</summary>
    Reduced,

    /// <summary>Wx.</summary>
    BaseTerm,

    /// <summary>B(Ax), scaled or not.</summary>
    AdapterTerm,

    /// <summary>A, scaled or transposed or not.</summary>
    FactorA,

    /// <summary>B, scaled or transposed or not.</summary>
    FactorB,

    /// <summary>W + s·BA.</summary>
    Merged,

    /// <summary>BA, scaled or transposed or not.</summary>
    Product,
}
