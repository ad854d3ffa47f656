namespace AdapterToolkit.Adapters;

/// <summary>What rounding changed when adapters were merged into weights of fewer than 32 bits.</summary>
/// <param name="LargestError">The largest absolute difference between a sum W + s·BA and the weight as it is held now; zero in float32.</param>
/// <param name="SquaredError">The sum of the squares of all these differences.</param>
/// <param name="SquaredAdapter">The sum of the squares of all numbers of s·BA.</param>
public readonly record struct MergeRounding(float LargestError, double SquaredError, double SquaredAdapter)
{
    /// <summary>The length of what rounding changed, in the Euclidean norm, as a share of that of what the adapters add; null where they add nothing.</summary>
    public double? ShareOfAdapter => SquaredAdapter > 0 ? Math.Sqrt(SquaredError / SquaredAdapter) : null;

    /// <summary>What rounding changed in two sets of weights together.</summary>
    /// <param name="left">The one set.</param>
    /// <param name="right">The other set.</param>
    public static MergeRounding operator +(MergeRounding left, MergeRounding right) => Add(left, right);

    /// <summary>What rounding changed in two sets of weights together.</summary>
    /// <param name="left">The one set.</param>
    /// <param name="right">The other set.</param>
    public static MergeRounding Add(MergeRounding left, MergeRounding right) =>
        new(Math.Max(left.LargestError, right.LargestError), left.SquaredError + right.SquaredError, left.SquaredAdapter + right.SquaredAdapter);
}
