namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>What a method does with the two matrices that it multiplies.</summary>
internal enum ProductForm
{
    /// <summary>It transposes the first one, or both, or it can't be told.</summary>
    Other,

    /// <summary>It multiplies them as they are.</summary>
    Plain,

    /// <summary>It multiplies by the transpose of the second one, as in <c>linear(x, W)</c> = x Wᵀ.</summary>
    TransposesRight,
}
