using AdapterToolkit.Quantization;
using Microsoft.Extensions.Logging;

namespace AdapterToolkit.Loading;

/// <summary>What is logged while a model loads.</summary>
internal static partial class LoadLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded {Weights} weights of {Bytes} bytes from '{Folder}'.")]
    internal static partial void Loaded(ILogger logger, int weights, long bytes, string folder);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Tensor '{Tensor}' is loaded in {Format}; in the file it is in {InFile}.")]
    internal static partial void Holds(ILogger logger, string tensor, WeightFormat format, WeightFormat inFile);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Tensor '{Tensor}' is left out, as LoadOptions.MapTensor says.")]
    internal static partial void LeavesOut(ILogger logger, string tensor);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Remark}")]
    internal static partial void Remarks(ILogger logger, string remark);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "'{File}' says that the model is in {Stated}, but {Others} of its {Weights} weights are in another type, as '{Tensor}' in {InFile}: "
            + "the tensors' own types are used.")]
    internal static partial void TypeIsAnother(ILogger logger, string file, WeightFormat stated, int others, int weights, string tensor, WeightFormat inFile);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The rank {Rank} of {ClassName} is above the smaller side of {Layers} of its layers, as of '{Layer}' ({Rows} x {Columns}): "
            + "from there on, more rank adds nothing but memory.")]
    internal static partial void RankIsAboveSide(ILogger logger, int rank, string className, int layers, string layer, int rows, int columns);
}
