using System.Diagnostics;
using System.Globalization;
using AdapterToolkit.Devices;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// One side of the comparison, in a process of its own: some LoRA steps, rank 8 on all projections, on a base in float32 or,
/// quantized, in NF4. It prints a
/// line a step in the form of the peer program.
/// </summary>
internal static class StepRun
{
    private const float LearningRate = 1e-4f;

    public static void Run(ModelShape shape, WeightStorage storage, int steps)
    {
        using RandomCheckpoint checkpoint = new(shape);
        using CpuDevice device = new();
        using LanguageModel model = CausalModel.Load<Projection>(checkpoint.Folder, device, storage);
        model.Adapter.Initialize(seed: 0);
        Train(model, shape, steps);
    }

    private static void Train(LanguageModel model, ModelShape shape, int steps)
    {
        int[] ids = shape.RandomTokens();
        TokenIds tokens = new(shape.Batch, shape.Sequence, ids);
        using AdamW optimizer = new(LearningRate);
        IReadOnlyList<Parameter> parameters = model.TrainableParameters;
        for (int step = 0; step < steps; step++)
        {
            long start = Stopwatch.GetTimestamp();
            foreach (Parameter parameter in parameters)
                parameter.ClearGradient();
            LossSum loss = model.ForwardBackward(tokens, ids);
            optimizer.Step(parameters, LearningRate);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            using Process process = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"step {step} loss {loss.Mean:F3} seconds {seconds:F2} tokens/s {ids.Length / seconds:F1} peak_gb {process.PeakWorkingSet64 / 1e9:F2}"));
        }
    }
}
