using System.Globalization;

namespace AdapterToolkit.Tensors;

/// <summary>The dimensions of a tensor, outermost first. A tensor of features has the features last.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    private readonly int[]? _dimensions;

    /// <summary>Makes a shape of the given dimensions.</summary>
    /// <param name="dimensions">The dimensions, outermost first; none makes the shape of a single number.</param>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is negative, or there are more elements than an array holds.</exception>
    public Shape(params ReadOnlySpan<int> dimensions)
    {
        long elements = 1;
        foreach (int dimension in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(dimensions));
            elements *= dimension;
            if (elements > Array.MaxLength)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(dimensions),
                    $"A tensor of {Text(dimensions)} numbers is too large: one holds {Array.MaxLength} at most. Use smaller batches or shorter sequences.");
            }
        }

        _dimensions = dimensions.ToArray();
    }

    /// <summary>The dimensions, outermost first.</summary>
    public ReadOnlySpan<int> Dimensions => _dimensions;

    /// <summary>How many numbers a tensor of this shape holds.</summary>
    public int Elements
    {
        get
        {
            int elements = 1;
            foreach (int dimension in Dimensions)
                elements *= dimension;
            return elements;
        }
    }

    /// <summary>The last dimension: the features of a row. 1 for a single number.</summary>
    public int Columns => Dimensions is [.., int last] ? last : 1;

    /// <summary>The product of all dimensions but the last: how many rows of features there are.</summary>
    public int Rows
    {
        get
        {
            int rows = 1;
            for (int i = 0; i < Dimensions.Length - 1; i++)
                rows *= Dimensions[i];
            return rows;
        }
    }

    /// <summary>Whether two shapes have the same dimensions.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">Another shape.</param>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Whether two shapes differ.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">Another shape.</param>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>The shape with the last dimension replaced.</summary>
    /// <param name="columns">The new last dimension.</param>
    public Shape WithColumns(int columns)
    {
        int[] dimensions = Dimensions.Length == 0 ? [1] : Dimensions.ToArray();
        dimensions[^1] = columns;
        return new Shape(dimensions);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => Dimensions.SequenceEqual(other.Dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = new();
        foreach (int dimension in Dimensions)
            hash.Add(dimension);
        return hash.ToHashCode();
    }

    /// <summary>The dimensions as text: <c>4 x 128 x 576</c>.</summary>
    public override string ToString() =>
        Dimensions.Length == 0 ? "scalar" : Text(Dimensions);

    private static string Text(ReadOnlySpan<int> dimensions) =>
        string.Join(" x ", dimensions.ToArray().Select(dimension => dimension.ToString(CultureInfo.InvariantCulture)));
}
