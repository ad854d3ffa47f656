namespace AdapterToolkit.Package.Tests;

/// <summary>What users of the package write.</summary>
internal static class Sources
{
    /// <summary>An annotated layer, run forward and backward, and checked against plain loops.</summary>
    public const string Program = """
        using AdapterToolkit;
        using AdapterToolkit.Adapters;
        using AdapterToolkit.Devices;
        using AdapterToolkit.Loading;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;
        using AdapterToolkit.Weights;

        const int Rows = 3, In = 64, Out = 40, Rank = 8;
        Random random = new(0);
        float[] a = Values(Rank * In), b = Values(Out * Rank), input = Values(Rows * In), gradient = Values(Rows * Out);

        using CpuDevice device = new();
        Projection layer = new(In, Out);
        layer.Weight.Load(device, Values(Out * In), layer.MarkedFormat, "weight");
        float[] w = layer.Weight.ToArray();
        #pragma warning disable ADT0106 // No training: B is not zero, so that all of s B(Ax) and its gradients can be checked.
        layer.SetFactors(new LowRankFactors(device, "layer", layer.LowRank, Rank, 16, rankStabilized: false, a, b));
        #pragma warning restore ADT0106
        using Tensor x = Tensor.From(device, new Shape(Rows, In), input);
        using Tensor dy = Tensor.From(device, new Shape(Rows, Out), gradient);
        using Tensor y = layer.ForwardSaving(x, xActive: true, out ForwardRecord? record);
        layer.Backward(dy, record!, out Tensor? dx);

        double[,] sum = new double[Out, In];
        for (int o = 0; o < Out; o++)
            for (int i = 0; i < In; i++)
                sum[o, i] = w[(o * In) + i] + (2 * Enumerable.Range(0, Rank).Sum(r => (double)b[(o * Rank) + r] * a[(r * In) + i]));
        float[] yValues = y.ToArray(), dxValues = dx!.ToArray();
        float[] dAValues = layer.Factors!.A.Gradient!.ToArray(), dBValues = layer.Factors!.B.Gradient!.ToArray();
        double worst = 0;
        for (int row = 0; row < Rows; row++)
        {
            for (int o = 0; o < Out; o++)
                worst = Math.Max(worst, Math.Abs(yValues[(row * Out) + o] - Enumerable.Range(0, In).Sum(i => input[(row * In) + i] * sum[o, i])));
            for (int i = 0; i < In; i++)
                worst = Math.Max(worst, Math.Abs(dxValues[(row * In) + i] - Enumerable.Range(0, Out).Sum(o => gradient[(row * Out) + o] * sum[o, i])));
        }

        for (int r = 0; r < Rank; r++)
        {
            // dA = s (dy B)^T x and dB = s dy^T (A x), with s = 16 / 8.
            double[] u = [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Range(0, In).Sum(i => (double)input[(row * In) + i] * a[(r * In) + i]))];
            double[] du = [.. Enumerable.Range(0, Rows)
                .Select(row => Enumerable.Range(0, Out).Sum(o => (double)gradient[(row * Out) + o] * b[(o * Rank) + r]))];
            for (int i = 0; i < In; i++)
                worst = Math.Max(worst, Math.Abs(dAValues[(r * In) + i] - (2 * Enumerable.Range(0, Rows).Sum(row => du[row] * input[(row * In) + i]))));
            for (int o = 0; o < Out; o++)
                worst = Math.Max(worst, Math.Abs(dBValues[(o * Rank) + r] - (2 * Enumerable.Range(0, Rows).Sum(row => gradient[(row * Out) + o] * u[row]))));
        }

        Console.WriteLine(worst < 1e-3 ? "y, dx, dA and dB are right" : $"y, dx, dA or dB is off by {worst}");

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];

        [LowRank(8, Alpha = 16), Quantized(4)]
        public sealed partial class Projection(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);
        """;

    /// <summary>
    /// The statements of a program that trains the README's model, saves and merges it, and loads what was saved as the model that the toolkit ships, on
    /// the CPU device. Its losses are printed bit by bit.
    /// </summary>
    public const string Training = """
        using System.Runtime.CompilerServices;
        using AdapterToolkit;
        using AdapterToolkit.Adapters;
        using AdapterToolkit.Devices;
        using AdapterToolkit.Formats;
        using AdapterToolkit.Loading;
        using AdapterToolkit.Models;
        using AdapterToolkit.Models.Llama;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Optimizers;
        using AdapterToolkit.Training;
        using AdapterToolkit.Weights;

        Console.WriteLine($"dynamic code: {RuntimeFeature.IsDynamicCodeSupported}");
        using (ComputeDevice best = ComputeDevice.Best())
            Console.WriteLine($"best: {best.Identifier}; available: {string.Join(' ', ComputeDevice.Available().Select(device => device.Identifier))}");
        foreach (string identifier in (string[])["cuda:0", "opencl:0", "debug"])
        {
            try
            {
                ComputeDevice.Parse(identifier).Dispose();
            }
            catch (ArgumentException error)
            {
                Console.WriteLine($"{identifier}: {error.Message}");
            }
        }

        string folder = args[0], output = Directory.CreateTempSubdirectory("training-").FullName;
        int[] tokens = ModelTokenizer.FromFile(Path.Combine(folder, "tokenizer.json")).Encode(File.ReadAllText(args[1]), addSpecialTokens: false);
        ShuffledBatches batches = new(TokenStream.Windows(tokens, length: 32), batchSize: 2, seed: 0);
        List<double> losses = [];
        using CpuDevice device = new(threads: 2);
        using (LlamaModel<Projection> model = new(LlamaConfig.FromFolder(folder)))
        {
            model.LoadCheckpoint(folder, device);
            model.Adapter.Initialize(seed: 0);
            using AdamW optimizer = new(learningRate: 5e-3f) { StateBits = 8 };
            foreach (TrainingStep step in new Trainer(model, optimizer).Fit(batches, steps: 12))
                losses.Add(step.Loss);
            model.Adapter.Save(Path.Combine(output, "adapter"));
            model.Adapter.Load(Path.Combine(output, "adapter"));
            model.MergeTo(16);
            model.Save(Path.Combine(output, "merged"));
        }

        Console.WriteLine(losses[^1] < losses[0] ? "the loss fell" : "the loss did not fall");
        using LanguageModel merged = CausalModel.Load<Projection>(Path.Combine(output, "merged"), device, WeightStorage.Dense);
        TrainingBatch first = batches.Batch(0);
        losses.Add(merged.Loss(first.Tokens, first.Labels).Mean);
        Console.WriteLine("merged and loaded again");
        foreach (double loss in losses)
            Console.WriteLine($"loss {BitConverter.DoubleToInt64Bits(loss):x16} {loss:F4}");
        Directory.Delete(output, recursive: true);

        [LowRank(8, Alpha = 16), Quantized(4)]
        public sealed partial class Projection(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);
        """;

    /// <summary>A program that loads a model of the family that the folder says, and trains an adapter for it.</summary>
    public const string ModelUse = """
        using AdapterToolkit;
        using AdapterToolkit.Adapters;
        using AdapterToolkit.Devices;
        using AdapterToolkit.Models;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Optimizers;
        using AdapterToolkit.Training;

        using CpuDevice device = new(threads: 2);
        using LanguageModel model = CausalModel.Load<Projection>(args[0], device);
        model.Adapter.Initialize(seed: 0);
        Linear layer = model.LinearLayers.First();
        Console.WriteLine($"{model.GetType().Name} of {layer.GetType().Name}, rank {layer.LowRank!.Rank}");
        ShuffledBatches batches = new([new TrainingSequence(new int[] { 5, 6, 7, 8, 9, 10 })], 1, seed: 0);
        using AdamW optimizer = new(learningRate: 1e-2f);
        double[] losses = [.. new Trainer(model, optimizer).Fit(batches, steps: 5).Select(step => step.Loss)];
        Console.WriteLine(losses[^1] < losses[0] ? "the loss fell" : "the loss did not fall");

        [LowRank(4), Quantized(8)]
        public sealed partial class Projection(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);
        """;

    /// <summary>Code that compiles and does what it should not.</summary>
    public const string Questionable = """
        using AdapterToolkit;
        using AdapterToolkit.Adapters;
        using AdapterToolkit.Modules;

        Console.WriteLine(typeof(Mistakes));

        [LowRank(8), Quantized(4)]
        public sealed partial class Projection(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);

        public static class Mistakes
        {
            public static void RoundAway(Projection layer) => layer.Merge();

            public static void Overwrite(Projection layer, float[] numbers) => layer.Weight.Data.CopyFrom(numbers);
        }
        """;

    /// <summary>One rule of the questionable code as an error, the other one off.</summary>
    public const string Severities = """
        root = true

        [*.cs]
        dotnet_diagnostic.ADT0108.severity = error
        dotnet_diagnostic.ADT0103.severity = none
        """;

    /// <summary>Layers that the generator can't complete.</summary>
    public const string Faulty = """
        using AdapterToolkit;
        using AdapterToolkit.Modules;

        Console.WriteLine(typeof(NotPartial));

        [LowRank(8)]
        public sealed class NotPartial(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);

        [Quantized(5)]
        public sealed partial class FiveBits(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);
        """;
}
