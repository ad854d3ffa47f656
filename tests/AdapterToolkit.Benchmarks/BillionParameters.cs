using System.Diagnostics;
using AdapterToolkit.Devices;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// A billion parameters on a laptop: a checkpoint of TinyLlama's shape, 1.1 billion random bfloat16 numbers in several
/// files, is loaded through the ordinary path into NF4, and takes two QLoRA steps of rank 8. What counts is the most memory
/// that the process had at once, the file's mapped pages included.
/// </summary>
internal static class BillionParameters
{
    /// <summary>The verb that starts the process that is measured.</summary>
    public const string SideVerb = "billion-side";

    private const double AskedGigabytes = 2.0;
    private const int Steps = 2;
    private const float LearningRate = 1e-4f;

    /// <summary>Writes the checkpoint, measures, and deletes it.</summary>
    public static void Run()
    {
        string folder = Directory.CreateTempSubdirectory("adapter-toolkit-billion-").FullName;
        try
        {
            Console.Error.WriteLine($"Writing a checkpoint of {ModelShape.TinyLlama.Name}'s shape to {folder} ...");
            new ShardedCheckpoint(ModelShape.TinyLlama).Write(folder);
            Console.Write(SideProcess.RunOurs(SideVerb, folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Loads and trains.</summary>
    /// <param name="folder">The checkpoint.</param>
    public static void RunSide(string folder)
    {
        long start = Stopwatch.GetTimestamp();
        using CpuDevice device = new();
        using LanguageModel model = CausalModel.Load<Projection>(folder, device);
        double loading = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double gigabytesLoading = PeakGigabytes();
        model.Adapter.Initialize();
        double seconds = Train(model);
        double gigabytes = PeakGigabytes();

        ReportTable table = new("1.1 billion parameters, NF4", "measured", "asked", "");
        table.Add("parameters, of which trained",
            $"{ReportTable.Number(model.BaseParameters, "N0")}, {ReportTable.Number(model.TrainableParameterCount, "N0")}", "", "");
        table.Add("the base as it is held",
            $"{ReportTable.Number(model.BaseBytes / 1e9, "F2")} GB, the projections {ReportTable.Number(model.BitsPerWeight!.Value, "F3")} bits a weight",
            "", "");
        table.Add("loading", $"{ReportTable.Number(loading, "F1")} s, {ReportTable.Number(gigabytesLoading, "F2")} GB at most", "", "");
        table.Add($"a step of {ModelShape.TinyLlama.Batch} x {ModelShape.TinyLlama.Sequence} tokens", $"{ReportTable.Number(seconds, "F1")} s", "", "");
        table.Add("the process's most memory", $"{ReportTable.Number(gigabytes, "F2")} GB",
            $"< {ReportTable.Number(AskedGigabytes, "F1")} GB", ReportTable.Judge(gigabytes < AskedGigabytes));
        table.Print();
    }

    private static double Train(LanguageModel model)
    {
        int[] ids = ModelShape.TinyLlama.RandomTokens();
        TokenIds tokens = new(ModelShape.TinyLlama.Batch, ModelShape.TinyLlama.Sequence, ids);
        using AdamW optimizer = new(LearningRate);
        double seconds = 0;
        for (int step = 0; step < Steps; step++)
        {
            long start = Stopwatch.GetTimestamp();
            foreach (Parameter parameter in model.TrainableParameters)
                parameter.ClearGradient();
            LossSum loss = model.ForwardBackward(tokens, ids);
            optimizer.Step(model.TrainableParameters, LearningRate);
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Console.Error.WriteLine($"step {step + 1} of {Steps}: loss {ReportTable.Number(loss.Mean, "F3")}, {ReportTable.Number(seconds, "F1")} s");
        }

        return seconds;
    }

    private static double PeakGigabytes()
    {
        using Process process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1e9;
    }
}
