using System.Diagnostics;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// Times the sides of a comparison in turn, so that whatever else the machine does meets all of them. A turn is some runs
/// in a row, so that a short run finds the caches as it left them and the device's threads awake.
/// </summary>
internal static class AlternatingTimer
{
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(5);

    /// <summary>Times the sides.</summary>
    /// <param name="duration">How long to go on, for all sides together.</param>
    /// <param name="contenders">The sides.</param>
    /// <returns>A timing for each side.</returns>
    public static Timing[] Measure(TimeSpan duration, params Contender[] contenders)
    {
        foreach (Contender contender in contenders)
            RunOnce(contender);

        List<double>[] seconds = [.. contenders.Select(_ => new List<double>())];
        Stopwatch watch = Stopwatch.StartNew();
        do
        {
            for (int i = 0; i < contenders.Length; i++)
                Turn(contenders[i], seconds[i]);
        }
        while (watch.Elapsed < duration);
        return [.. seconds.Select(Timing.Of)];
    }

    private static void Turn(Contender contender, List<double> seconds)
    {
        Stopwatch turn = Stopwatch.StartNew();
        do
            seconds.Add(RunOnce(contender));
        while (turn.Elapsed < s_turn);
    }

    private static double RunOnce(Contender contender)
    {
        long start = Stopwatch.GetTimestamp();
        contender.Run();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        contender.Restore?.Invoke();
        return seconds;
    }
}
