// Multiplies matrices by TorchSharp (libtorch, MKL) and prints the speed: Peer ROWS IN OUT [ROWS IN OUT ...]
// One line a shape: "ROWS IN OUT gflops G", of the fastest of many repetitions of x (rows x in) · Wᵀ (W is out x in).
using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

set_num_threads(Environment.ProcessorCount);
for (int i = 0; i + 2 < args.Length; i += 3)
{
    long rows = long.Parse(args[i], CultureInfo.InvariantCulture), inFeatures = long.Parse(args[i + 1], CultureInfo.InvariantCulture), outFeatures = long.Parse(args[i + 2], CultureInfo.InvariantCulture);
    using Tensor x = randn(rows, inFeatures), weight = randn(outFeatures, inFeatures);
    double best = double.MaxValue;
    long end = Stopwatch.GetTimestamp() + (2 * Stopwatch.Frequency);
    while (Stopwatch.GetTimestamp() < end)
    {
        long start = Stopwatch.GetTimestamp();
        nn.functional.linear(x, weight).Dispose();
        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows} {inFeatures} {outFeatures} gflops {2.0 * rows * inFeatures * outFeatures / best / 1e9:F1}"));
}
