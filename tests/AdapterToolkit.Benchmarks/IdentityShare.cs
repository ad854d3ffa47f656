using System.IO.Hashing;
using AdapterToolkit.Checkpoints;
using AdapterToolkit.Devices;
using AdapterToolkit.Quantization;
using Llama;

namespace AdapterToolkit.Benchmarks;

/// <summary>What the identity of a base model costs: the time of its digests beside that of a whole loading, in which they are taken.</summary>
internal static class IdentityShare
{
    private const double Asked = 0.03;

    /// <summary>The loader's digests see the bytes in pieces of this size, which are in the processor's cache.</summary>
    private const int PieceSize = 1 << 18;

    public static void Run(TimeSpan duration)
    {
        ReportTable table = new("loading", "whole, best (median)", "digests, best (median)", "share in percent", "asked", "");
        using RandomCheckpoint checkpoint = new(ModelShape.Named("smollm2"));
        using CpuDevice device = new();
        Compare(table, checkpoint.Folder, device, WeightStorage.Dense, duration);
        Compare(table, checkpoint.Folder, device, WeightStorage.AsMarked, duration);
        table.Print();
    }

    private static void Compare(ReportTable table, string folder, Device device, WeightStorage storage, TimeSpan duration)
    {
        byte[] piece = new byte[PieceSize];
        long bytes = new FileInfo(Path.Combine(folder, Checkpoint.SingleFileName)).Length;
        Timing[] timings = AlternatingTimer.Measure(
            duration,
            new Contender(() => LlamaModel.Load(folder, device, storage).Dispose()),
            new Contender(() =>
            {
                XxHash128 digest = new();
                for (long done = 0; done < bytes; done += PieceSize)
                    digest.Append(piece);
            }));
        double share = timings[1].Best / timings[0].Best;
        table.Add($"'smollm2', {storage}", $"{timings[0]}", $"{timings[1]}", ReportTable.Number(100 * share, "F1"), "<= 3", ReportTable.Judge(share <= Asked));
    }
}
