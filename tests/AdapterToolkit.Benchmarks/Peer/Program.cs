// Multiplies matrices by TorchSharp (libtorch, MKL) and prints the speed: Peer ROWS IN OUT [ROWS IN OUT ...]
// Two lines a shape, the speeds of the shortest and of the median run in GFLOPS:
//   ROWS IN OUT forward best G median G            y = x Wᵀ with x (rows x in) and W (out x in)
//   ROWS IN OUT input-gradient best G median G     dx = dy W
// The results are written into memory that is there already: a new tensor each time would cost MKL's side page faults.
using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

set_num_threads(Environment.ProcessorCount);
using IDisposable inference = inference_mode();
for (int i = 0; i + 2 < args.Length; i += 3)
{
    long rows = Size(i), inFeatures = Size(i + 1), outFeatures = Size(i + 2);
    using Tensor x = randn(rows, inFeatures), weight = randn(outFeatures, inFeatures), transposed = weight.t(), y = zeros(rows, outFeatures);
    using Tensor dy = randn(rows, outFeatures), dx = zeros(rows, inFeatures);
    Measure("forward", () => y.addmm_(x, transposed, beta: 0, alpha: 1));
    Measure("input-gradient", () => dx.addmm_(dy, weight, beta: 0, alpha: 1));

    void Measure(string product, Action multiply)
    {
        multiply();
        List<double> seconds = [];
        long end = Stopwatch.GetTimestamp() + Stopwatch.Frequency;
        while (Stopwatch.GetTimestamp() < end)
        {
            long start = Stopwatch.GetTimestamp();
            multiply();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        seconds.Sort();
        double operations = 2.0 * rows * inFeatures * outFeatures / 1e9;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{rows} {inFeatures} {outFeatures} {product} best {operations / seconds[0]:F1} median {operations / seconds[seconds.Count / 2]:F1}"));
    }
}

long Size(int index) => long.Parse(args[index], CultureInfo.InvariantCulture);
