using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>How a layer, or a model's layers that have adapters, hold their weights; or a constant that says so.</summary>
/// <param name="Kind">What is known.</param>
/// <param name="Constant">The bits of weights that are held as they are marked; a constant's value; the type parameter.</param>
/// <param name="IsEach">Whether each layer that has an adapter is held in few bits, and not some.</param>
internal sealed record Held(HeldKind Kind, object? Constant = null, bool IsEach = false)
{
    /// <summary>In 16 bits or more.</summary>
    public static readonly Held Dense = new(HeldKind.Dense);

    /// <summary>One way or another.</summary>
    public static readonly Held Unknown = new(HeldKind.Unknown);

    /// <summary>How some of the layers are held: as these, where each is.</summary>
    public Held OfSome => IsEach ? this : Unknown;

    /// <summary>In a number of bits.</summary>
    /// <param name="bits">The bits.</param>
    /// <param name="isEach">Whether each layer that has an adapter is held in few bits.</param>
    public static Held In(int bits, bool isEach = false) => new(HeldKind.Marked, bits, isEach);

    /// <summary>As the class is marked that a type parameter stands for.</summary>
    /// <param name="parameter">The type parameter.</param>
    public static Held Of(ITypeParameterSymbol parameter) => new(HeldKind.OfParameter, parameter);

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

    /// <summary>As the class is marked that a type parameter stands for.</summary>
    OfParameter,

    /// <summary>One way or another.</summary>
    Unknown,
}
