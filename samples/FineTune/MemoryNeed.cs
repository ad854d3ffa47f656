using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Models;
using AdapterToolkit.Training;
using FineTune.Display;

namespace FineTune;

/// <summary>
/// What a step of training keeps in memory at least, known from the model's dimensions before it is loaded: the activations of all blocks, which the
/// way back needs. Weights, gradients and what a block needs while it is computed come to it.
/// </summary>
internal static class MemoryNeed
{
    /// <summary>What to do where memory does not suffice.</summary>
    public const string Remedy = "Try a smaller --batch or --sequence, a smaller --model, or a --device with more memory.";

    /// <summary>The bytes that a token of a batch takes.</summary>
    /// <param name="config">The model's dimensions.</param>
    public static long BytesPerToken(CausalModelConfig config)
    {
        // The inputs of both norms and of what follows them; queries, keys, values and what attention makes of them; gate, up and their product.
        long heads = (long)config.Heads * config.HeadDim, keyValueHeads = (long)config.KeyValueHeads * config.HeadDim;
        long block = (4L * config.HiddenSize) + (2 * heads) + (2 * keyValueHeads) + (3L * config.IntermediateSize);

        // Nothing below the first block trains, so that its norm's input is not kept.
        return sizeof(float) * ((config.Layers * block) - config.HiddenSize);
    }

    /// <summary>Refuses a batch that can't fit.</summary>
    /// <param name="config">The model's dimensions.</param>
    /// <param name="sequences">The sequences that train.</param>
    /// <param name="options">What the user asks for.</param>
    /// <param name="device">The device.</param>
    /// <exception cref="UserException">A batch of sequences of middle length takes more than all of the device's memory.</exception>
    public static void Check(CausalModelConfig config, IReadOnlyList<TrainingSequence> sequences, FineTuneOptions options, ComputeDevice device)
    {
        double tokens = options.Batch * sequences.Average(sequence => (double)sequence.Ids.Length), bytes = tokens * BytesPerToken(config);
        if (options.Steps > 0 && bytes > device.MemoryBytes)
        {
            throw new UserException(
                $"--batch {options.Batch}: a step on so many sequences, "
                    + $"of {Quantity.Number(tokens / options.Batch, 0)} tokens on average, keeps {Quantity.Bytes((long)bytes)} at least, "
                + $"and {device} has {Quantity.Bytes(device.MemoryBytes)}. {Remedy}");
        }
    }
}
