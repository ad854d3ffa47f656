namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>What a method multiplies in loops of its own. Operands are told by the places of the method's parameters; the object itself is at -1.</summary>
/// <param name="Left">The first operand.</param>
/// <param name="Right">The second operand.</param>
/// <param name="Destination">Where the product is written; null where it is returned.</param>
/// <param name="Form">What it does with them.</param>
internal sealed record LoopProduct(int Left, int Right, int? Destination, ProductForm Form)
{
    /// <summary>The place of the object whose method it is.</summary>
    public const int This = -1;

    /// <summary>Whether the product is added to what is at its destination.</summary>
    public bool Accumulates { get; init; }
}
