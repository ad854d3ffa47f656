using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

/// <summary>The dimensions of grouped-query attention.</summary>
/// <param name="Heads">Heads of the queries.</param>
/// <param name="KeyHeads">Heads of keys and values; each serves as many of the queries', one after the other.</param>
/// <param name="HeadDim">Features of a head.</param>
internal readonly record struct AttentionShape(int Heads, int KeyHeads, int HeadDim)
{
    /// <summary>How many heads of the queries share one of keys and values.</summary>
    internal int GroupSize => Heads / KeyHeads;

    /// <summary>Features of a row of queries.</summary>
    internal int QueryColumns => Heads * HeadDim;

    /// <summary>Features of a row of keys or values.</summary>
    internal int KeyColumns => KeyHeads * HeadDim;

    /// <summary>What the products of queries and keys are multiplied by.</summary>
    internal float Scale => (float)(1 / Math.Sqrt(HeadDim));

    /// <summary>Reads the dimensions off the operands, and throws where these do not fit each other.</summary>
    internal static AttentionShape Of(Tensor query, Tensor key, Tensor value, SequenceContext context)
    {
        int headDim = context.HeadDim;
        AttentionShape shape = new(query.Columns / headDim, key.Columns / headDim, headDim);
        if (key.Columns != value.Columns || key.Rows != value.Rows)
            throw new ArgumentException($"CausalAttention takes keys and values of one shape, but they are {key.Shape} and {value.Shape}.", nameof(value));
        if (shape.Heads % shape.KeyHeads != 0)
        {
            throw new ArgumentException(
                $"CausalAttention takes a whole number of query heads for each key head, but there are {shape.Heads} and {shape.KeyHeads} "
                + $"({query.Shape} and {key.Shape}, heads of {headDim}).",
                nameof(key));
        }

        return shape;
    }
}
