namespace AdapterToolkit.Generators.Model;

/// <summary>How the numbers of a frozen weight are written.</summary>
internal enum StoredNumbers
{
    /// <summary>Float32.</summary>
    FullPrecision,

    /// <summary>Bfloat16.</summary>
    BFloat16,

    /// <summary>Half precision.</summary>
    Float16,

    /// <summary>The dynamic 8-bit map, by blocks.</summary>
    Dynamic8,

    /// <summary>FP4, by blocks.</summary>
    FP4,

    /// <summary>NF4, by blocks.</summary>
    NF4,
}
