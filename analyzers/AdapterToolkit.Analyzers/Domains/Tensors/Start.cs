namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>At which numbers something that trains starts.</summary>
internal enum Start
{
    /// <summary>That is not known.</summary>
    Unknown,

    /// <summary>At zero.</summary>
    Zero,

    /// <summary>At random numbers.</summary>
    Random,
}
