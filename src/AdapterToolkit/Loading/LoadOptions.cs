using AdapterToolkit.Formats;
using AdapterToolkit.Weights;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AdapterToolkit.Loading;

/// <summary>How a checkpoint is loaded into a model.</summary>
public sealed record LoadOptions
{
    /// <summary>Whether layers marked <see cref="QuantizedAttribute"/> are quantized, each as soon as it is read, or keep the file's numbers.</summary>
    public WeightStorage Storage { get; init; } = WeightStorage.AsMarked;

    /// <summary>
    /// Is asked about every tensor of the checkpoint before any is read, and may leave it out, rename it or transpose it; null leaves it as it is. For files
    /// whose names have a prefix, that hold masks or biases which the model lacks, or whose matrices are in x out.
    /// </summary>
    /// <remarks>
    /// The tensors beside a quantized weight (<c>.absmax</c> and others) are asked about too, and need names that go with their weight's. A quantized weight
    /// can't be transposed.
    /// </remarks>
    public Func<SafetensorsEntry, TensorMapping?>? MapTensor { get; init; }

    /// <summary>Receives what is worth knowing but no error, such as a rank above a layer's smaller side, and how the loading goes.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Is told after each tensor; null for none.</summary>
    public IProgress<LoadProgress>? Progress { get; init; }
}
