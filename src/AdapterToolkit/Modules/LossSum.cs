namespace AdapterToolkit.Modules;

/// <summary>The next-token loss of some rows.</summary>
/// <param name="Sum">The sum of the rows' losses, in nats.</param>
/// <param name="Count">How many rows there are.</param>
public readonly record struct LossSum(double Sum, int Count)
{
    /// <summary>The mean loss of a row, in nats; not a number where there are no rows.</summary>
    public double Mean => Sum / Count;

    /// <summary>The loss of the rows of both.</summary>
    /// <param name="left">The loss of some rows.</param>
    /// <param name="right">The loss of other rows.</param>
    public static LossSum operator +(LossSum left, LossSum right) => left.Add(right);

    /// <summary>The loss of the rows of both.</summary>
    /// <param name="other">The loss of other rows.</param>
    public LossSum Add(LossSum other) => new(Sum + other.Sum, Count + other.Count);
}
