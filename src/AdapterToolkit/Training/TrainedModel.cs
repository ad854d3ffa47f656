using System.Globalization;
using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Loading;
using AdapterToolkit.Modules;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Training;

/// <summary>What a checkpoint says about the model that is trained: its weights and how they are held, and all that trains.</summary>
internal static class TrainedModel
{
    /// <summary>Every frozen weight, with its shape and the format that it is held in.</summary>
    /// <param name="model">The model.</param>
    internal static Dictionary<string, string> Weights(Model model) =>
        WeightNames.Of(model).ToDictionary(weight => weight.Name, weight => $"{weight.Weight.Shape} in {weight.Weight.Format}");

    /// <summary>Every layer with factors, and every other weight that trains.</summary>
    /// <param name="model">The model.</param>
    /// <param name="factorsOf">The factors of a layer; null where it has none.</param>
    internal static Dictionary<string, string> Adapter(Model model, Func<Linear, LowRankFactors?> factorsOf)
    {
        Dictionary<string, string> described = model.TrainableWeights.ToDictionary(weight => weight.Name, weight => $"{weight.Weight.Shape}, trained whole");
        foreach (Linear layer in model.LinearLayers.Distinct())
        {
            if (factorsOf(layer) is { } factors)
                described.Add(
                    layer.CheckpointPath,
                    string.Create(CultureInfo.InvariantCulture, $"rank {factors.Rank} of {layer.LowRank!.Rank}, scaling {factors.Scaling}"));
        }

        return described;
    }

    /// <summary>What the last bits of results depend on beside settings.</summary>
    /// <param name="device">The device.</param>
    internal static Dictionary<string, string> Environment(ComputeDevice device) => new()
    {
        ["device"] = device.ToString(),
        ["threads"] = device.Compute<Processor, string>(new Processor(cpu => cpu.Threads.ToString(CultureInfo.InvariantCulture))),
        ["vectors"] = device.Compute<Processor, string>(new Processor(_ => $"{VectorWidth.Bits} bits")),
    };

    /// <summary>What is said of the processor, where it is what computes.</summary>
    private readonly struct Processor(Func<CpuDevice, string> says) : IDeviceFunction<string>
    {
        public string RunOn(CpuDevice device) => says(device);

        public string RunOn(AcceleratorDevice device) => "none";
    }
}
