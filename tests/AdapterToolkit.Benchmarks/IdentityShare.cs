using System.IO.Hashing;
using AdapterToolkit.Devices;
using AdapterToolkit.Models;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// What the identity of a base model costs: the time of its digests beside that of a whole loading, in which they are taken. The files are in the
/// system's cache, so that nothing waits for a disk. Published models have 16-bit numbers, and of those the share is judged; twice the bytes of float32,
/// which the loader has nothing to convert in, take a larger share, which is printed.
/// </summary>
internal static class IdentityShare
{
    private const double Asked = 0.03;

    /// <summary>The loader's digests see the bytes in pieces of this size, which are in the processor's cache.</summary>
    private const int PieceSize = 1 << 18;

    public static void Run(TimeSpan duration)
    {
        ReportTable table = new("loading", "whole, best (median)", "digests, best (median)", "share in percent", "asked", "");
        ModelShape shape = ModelShape.Named("smollm2");
        string published = Directory.CreateTempSubdirectory("adapter-toolkit-bfloat16-").FullName;
        try
        {
            new ShardedCheckpoint(shape).Write(published);
            using RandomCheckpoint wide = new(shape);
            foreach (WeightStorage storage in (WeightStorage[])[WeightStorage.Dense, WeightStorage.AsMarked])
            {
                Compare(table, $"bfloat16, {storage}", published, storage, duration, isJudged: true);
                Compare(table, $"float32, {storage}", wide.Folder, storage, duration, isJudged: false);
            }
        }
        finally
        {
            Directory.Delete(published, recursive: true);
        }

        table.Print();
    }

    private static void Compare(ReportTable table, string name, string folder, WeightStorage storage, TimeSpan duration, bool isJudged)
    {
        using CpuDevice device = new();
        byte[] piece = new byte[PieceSize];
        long bytes = Directory.EnumerateFiles(folder, "*.safetensors").Sum(file => new FileInfo(file).Length);
        Timing[] timings = AlternatingTimer.Measure(
            duration,
            new Contender(() => CausalModel.Load<Projection>(folder, device, storage).Dispose()),
            new Contender(() =>
            {
                XxHash128 digest = new();
                for (long done = 0; done < bytes; done += PieceSize)
                    digest.Append(piece);
            }));
        double share = timings[1].Best / timings[0].Best;
        string verdict = isJudged ? ReportTable.Judge(share <= Asked) : "";
        table.Add($"'smollm2' in {name}", $"{timings[0]}", $"{timings[1]}", ReportTable.Number(100 * share, "F1"), isJudged ? "<= 3" : "", verdict);
    }
}
