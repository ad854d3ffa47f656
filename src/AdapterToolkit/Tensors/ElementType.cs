namespace AdapterToolkit.Tensors;

/// <summary>What the elements of a tensor are, and how many bytes each takes.</summary>
#pragma warning disable CA1720 // The words of the field: a tensor's elements are named so in every format of files.
public enum ElementType
{
    /// <summary>Single precision, 4 bytes: what models compute in.</summary>
    Float32,

    /// <summary>Double precision, 8 bytes: long sums.</summary>
    Float64,

    /// <summary>The upper half of a single-precision number, 2 bytes.</summary>
    BFloat16,

    /// <summary>Half precision, 2 bytes.</summary>
    Float16,

    /// <summary>Whole numbers of 4 bytes: ids, lengths and places of rows.</summary>
    Int32,

    /// <summary>Words of 4 bytes, each of several codes of a quantized weight, the first in the lowest bits.</summary>
    UInt32,

    /// <summary>Bytes: codes of 8 bits.</summary>
    UInt8,
}
#pragma warning restore CA1720
