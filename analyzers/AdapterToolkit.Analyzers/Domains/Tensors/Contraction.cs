using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// A sum of products of numbers, c[i, j] = Σ a[i, k] · b[k, j]: an index that both have, and the result has not, runs over all that are added up, and one of
/// the two has another index, without which it were the sum over all numbers, as of squares.
/// </summary>
/// <param name="Product">The expression that multiplies two numbers, or that adds up the products of two rows.</param>
/// <param name="Sum">The assignment or call that adds up.</param>
/// <param name="Left">The first number.</param>
/// <param name="Right">The second number.</param>
/// <param name="Written">The numbers that sums are written to.</param>
/// <param name="Accumulates">Whether sums are added to the numbers that are there already.</param>
internal sealed record Contraction(IOperation Product, IOperation Sum, Numbers Left, Numbers Right, Numbers Written, bool Accumulates)
{
    /// <summary>Whether two rows are multiplied, each a part of the numbers of a matrix.</summary>
    public bool IsOfRows { get; init; }

    /// <summary>What the product of the two matrices does with them.</summary>
    /// <param name="first">The one that is given first.</param>
    /// <param name="second">The other one.</param>
    public ProductForm FormOf(Numbers first, Numbers second)
    {
        ImmutableHashSet<LoopIndex> summed = IsOfRows ? [] : first.Indices.Intersect(second.Indices).Except(Written.Indices);
        ImmutableHashSet<LoopIndex> columns = second.Indices.Except(summed).Except(first.Indices);
        if (!IsStep(first.Last, summed) || !IsStep(Written.Last, columns.IsEmpty ? first.Indices.Except(summed) : columns))
            return ProductForm.Other;
        return columns.IsEmpty ? ProductForm.Plain
            : IsStep(second.Last, summed) ? ProductForm.TransposesRight
            : IsStep(second.Last, columns) ? ProductForm.Plain
            : ProductForm.Other;
    }

    /// <summary>Whether the numbers of a matrix are gone through one after another by an index.</summary>
    private bool IsStep(ImmutableHashSet<LoopIndex> last, ImmutableHashSet<LoopIndex> index) =>
        (IsOfRows && index.IsEmpty) || (!last.IsEmpty && last.IsSubsetOf(index));
}
