namespace AdapterToolkit.Benchmarks;

/// <summary>How long one side of a comparison took, in seconds.</summary>
/// <param name="Best">The shortest run: what the machine does when nothing else disturbs it.</param>
/// <param name="Median">The median of all runs.</param>
internal readonly record struct Timing(double Best, double Median)
{
    /// <summary>The timing of some runs.</summary>
    public static Timing Of(List<double> seconds)
    {
        seconds.Sort();
        return new Timing(seconds[0], seconds[seconds.Count / 2]);
    }

    /// <summary>Both times, in a unit that fits them.</summary>
    public override string ToString() => $"{Text(Best)} ({Text(Median)})";

    private static string Text(double seconds) =>
        seconds < 1e-3 ? FormattableString.Invariant($"{seconds * 1e6:F1} us") : FormattableString.Invariant($"{seconds * 1e3:F2} ms");
}
