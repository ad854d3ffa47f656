using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;

namespace AdapterToolkit.Loading;

/// <summary>Compares what a checkpoint's configuration says about quantized layers with what its tensors are.</summary>
/// <param name="checkpoint">The checkpoint.</param>
/// <param name="config">What <c>config.json</c> says; null where it says nothing.</param>
internal sealed class QuantizationAgreement(Checkpoint checkpoint, BitsAndBytesConfig? config)
{
    private readonly List<string> _remarks = [];

    /// <summary>What is odd, but no error.</summary>
    internal IReadOnlyList<string> Remarks => _remarks;

    private string ConfigPath => Path.Combine(checkpoint.Folder, FileNames.Configuration);

    /// <summary>Reads the configuration beside a checkpoint.</summary>
    /// <exception cref="CheckpointException">The configuration is malformed, or says that the weights are quantized by a method that is not read.</exception>
    internal static QuantizationAgreement Of(Checkpoint checkpoint)
    {
        string path = Path.Combine(checkpoint.Folder, FileNames.Configuration);
        return new QuantizationAgreement(checkpoint, File.Exists(path) ? JsonFile.Read(path, BitsAndBytesConfig.Find) : null);
    }

    /// <summary>Checks a weight.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="inFile">How its numbers are written in the file.</param>
    /// <returns>Whether it stays as it is in the file, since the configuration says that it is not quantized.</returns>
    /// <exception cref="CheckpointException">Configuration and tensor contradict each other.</exception>
    internal bool Check(NamedWeight weight, WeightFormat inFile)
    {
        if (weight.Module is not Linear linear || !ReferenceEquals(linear.Weight, weight.Weight))
            return false;
        if (config is null)
        {
            if (inFile.HasBlocks && _remarks.Count == 0 && File.Exists(ConfigPath))
                _remarks.Add($"{ConfigPath}: has no '{BitsAndBytesConfig.Key}', but tensors such as '{weight.Name}' are quantized ({inFile}); "
                    + "they are read as they are.");
            return false;
        }

        string path = linear.CheckpointPath, pathInFile = PathOf(checkpoint.NameInFile(weight.Name));
        if (!inFile.HasBlocks)
        {
            return config.Skips(path) || config.Skips(pathInFile)
                ? true
                : throw checkpoint.Error(
                    weight.Name,
                    $"is in {inFile}, but '{BitsAndBytesConfig.Key}' in {FileNames.Configuration} says that the linear layers are quantized, "
                        + $"and its 'llm_int8_skip_modules' does not name '{pathInFile}'. "
                        + $"Name it there, or remove '{BitsAndBytesConfig.Key}' where nothing is quantized.");
        }

        if (config.SkippedModules.Contains(pathInFile))
            throw checkpoint.Error(
                weight.Name,
                $"is quantized, but 'llm_int8_skip_modules' in {FileNames.Configuration} names '{pathInFile}' as one that is not. "
                    + "Do configuration and tensors come from one checkpoint?");
        if (inFile.Numbers != config.Format || inFile.DoubleQuantized != config.DoubleQuantized)
            throw checkpoint.Error(
                weight.Name,
                $"is quantized as {Describe(inFile.Numbers, inFile.DoubleQuantized)}, "
                    + $"but '{BitsAndBytesConfig.Key}' in {FileNames.Configuration} says {Describe(config.Format, config.DoubleQuantized)}. "
                    + "Do configuration and tensors come from one checkpoint?");
        return false;
    }

    private static string Describe(QuantizationFormat? format, bool isDouble) => $"{format}, {(isDouble ? "double quantized" : "with scales in float32")}";

    private static string PathOf(string name) => name.Contains('.') ? name[..name.LastIndexOf('.')] : name;
}
