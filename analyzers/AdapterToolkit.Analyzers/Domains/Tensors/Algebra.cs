namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>What sums and products of known values are.</summary>
internal static class Algebra
{
    /// <summary>left + right or left - right, element by element.</summary>
    public static Value Sum(Value left, Value right)
    {
        if (left.Kind == ValueKind.Zeros)
            return right.AsCopy();
        if (right.Kind == ValueKind.Zeros)
            return left.AsCopy();
        if (left.ContainsProduct || right.ContainsProduct)
            return SumWithProduct(left, right);
        if (left.Kind == ValueKind.AdapterTerm || right.Kind == ValueKind.AdapterTerm)
        {
            Value term = left.Kind == ValueKind.AdapterTerm ? left : right, other = ReferenceEquals(term, left) ? right : left;
            return other.Kind is ValueKind.AdapterTerm or ValueKind.Weight ? term : Value.Other;
        }

        if (left.Kind == ValueKind.BaseTerm || right.Kind == ValueKind.BaseTerm)
            return left.Kind == ValueKind.BaseTerm ? left : right;
        if (left.IsFactor || right.IsFactor)
            return left.IsFactor && right.IsFactor ? Value.Other : (left.IsFactor ? left : right).AsCopy();
        return left.Kind == right.Kind && left.Kind != ValueKind.Other ? left.AsCopy() : Value.Other;
    }

    /// <summary>left · right or left / right, element by element, where one of them may be a number.</summary>
    /// <param name="left">The first operand.</param>
    /// <param name="right">The second operand.</param>
    /// <param name="isByNumber">Whether one operand is a single number.</param>
    public static Value Scaled(Value left, Value right, bool isByNumber)
    {
        if (left.Kind == ValueKind.Zeros || right.Kind == ValueKind.Zeros)
            return Value.Of(ValueKind.Zeros);
        if (left.ContainsProduct && right.ContainsProduct)
            return Value.Other;
        if (left.Kind == ValueKind.Other && right.Kind == ValueKind.Other)
            return Value.Other;
        Value? known = left.Kind == ValueKind.Other ? right : right.Kind is ValueKind.Other or ValueKind.Noise ? left : null;
        if (known is null)
            return left.Kind == right.Kind ? left.AsCopy() : Value.Other;
        return known.Kind is ValueKind.AdapterTerm or ValueKind.BaseTerm or ValueKind.Weight && !isByNumber ? Value.Other : known.AsCopy();
    }

    /// <summary>The matrix product of two values, either of which may be transposed.</summary>
    public static Value Product(Value left, Value right)
    {
        if (left.Kind == ValueKind.Diagonal || right.Kind == ValueKind.Diagonal)
            return (left.Kind == ValueKind.Diagonal ? right : left).AsCopy();
        if (left.ContainsProduct || right.ContainsProduct)
            return Value.Other;
        if (left.IsFactor && right.IsFactor)
        {
            bool areBoth = left.Kind != right.Kind || left.IsEitherFactor || right.IsEitherFactor;
            return areBoth && Equals(left.Pair, right.Pair) ? Value.Of(ValueKind.Product).Paired(left.Pair) : Value.Other;
        }

        if (left.Kind == ValueKind.Trained && right.Kind == ValueKind.Trained)
            return IsLowRank(left, right) ? Value.Of(ValueKind.Product) : Value.Other;
        if (left.IsFactor || right.IsFactor)
        {
            Value factor = left.IsFactor ? left : right, other = ReferenceEquals(factor, left) ? right : left;
            bool isOther = other.IsReducedBy != factor.Kind || other.IsEitherFactor || factor.IsEitherFactor;
            if (other.Kind == ValueKind.Reduced && isOther && Equals(other.Pair, factor.Pair))
                return factor.As(ValueKind.AdapterTerm);
            if (other is { Kind: ValueKind.Trained, Rows: { } rows, Columns: { } columns } && rows.Matches(columns)
                && factor.Pair?.Rank is { } rank && rows.Matches(rank))
                return factor.AsCopy();
            return other.MayBeActivation ? Value.Reduced(factor) : Value.Other;
        }

        if (left.Kind == ValueKind.Weight || right.Kind == ValueKind.Weight)
        {
            Value weight = left.Kind == ValueKind.Weight ? left : right, other = ReferenceEquals(weight, left) ? right : left;
            return other.MayBeActivation ? weight.As(ValueKind.BaseTerm) : Value.Other;
        }

        return Value.Other;
    }

    private static Value SumWithProduct(Value left, Value right)
    {
        Value product = left.ContainsProduct ? left : right, other = ReferenceEquals(product, left) ? right : left;
        if (other.Kind == ValueKind.Product && product.Kind == ValueKind.Product)
            return Value.Combine(left, right).AsCopy();
        if (product.Kind == ValueKind.Merged && other.Kind == ValueKind.Weight)
            return Value.Other;
        return product.As(ValueKind.Merged);
    }

    /// <summary>Whether two of what trains are the factors of an adapter: fewer numbers than their product, and one at zero beside one at random.</summary>
    private static bool IsLowRank(Value left, Value right)
    {
        if (left is not { Rows: { } leftRows, Columns: { } leftColumns } || right is not { Rows: { } rightRows, Columns: { } rightColumns })
            return false;
        if (!leftColumns.Matches(rightRows))
            return false;
        return !leftRows.Matches(leftColumns) && !rightRows.Matches(rightColumns)
            && Dimension.MaySaveNumbers(leftColumns, leftRows, rightColumns)
            && (left.Start, right.Start) is (Start.Zero, Start.Random) or (Start.Random, Start.Zero);
    }
}
