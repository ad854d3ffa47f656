namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>How a layer, or a model's layers that have adapters, hold their weights; or a constant that says so.</summary>
/// <param name="Kind">What is known.</param>
/// <param name="Constant">The bits of weights that are held as they are marked; a constant's value.</param>
internal sealed record Held(HeldKind Kind, object? Constant = null)
{
    /// <summary>In 16 bits or more.</summary>
    public static readonly Held Dense = new(HeldKind.Dense);

    /// <summary>One way or another.</summary>
    public static readonly Held Unknown = new(HeldKind.Unknown);

    /// <summary>In a number of bits.</summary>
    public static Held In(int bits) => new(HeldKind.Marked, bits);

    /// <summary>The join of two: what is known where control flow joins; null stands for what a type says.</summary>
    public static Held? Join(Held? left, Held? right) =>
        Equals(left, right) ? left
        : left is null or { Kind: HeldKind.Marked } && right is null or { Kind: HeldKind.Marked } ? left ?? right
        : Unknown;
}

/// <summary>What is known about how weights are held.</summary>
internal enum HeldKind
{
    /// <summary>As their classes are marked.</summary>
    Marked,

    /// <summary>In 16 bits or more.</summary>
    Dense,

    /// <summary>A number, or a way to hold weights.</summary>
    Constant,

    /// <summary>One way or another.</summary>
    Unknown,
}
