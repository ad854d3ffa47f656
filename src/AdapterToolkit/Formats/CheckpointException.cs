namespace AdapterToolkit.Formats;

/// <summary>
/// A file of a checkpoint, tokenizer or adapter is malformed, truncated, inconsistent, or of a kind that the toolkit does not support.
/// The message names the file and, where one is at fault, the tensor.
/// </summary>
/// <remarks>
/// <see cref="InvalidDataException"/> would be the natural base, but is sealed; <see cref="IOException"/> is what callers who read files already catch.
/// </remarks>
public sealed class CheckpointException : IOException
{
    /// <summary>Creates an exception whose message is "file: problem" or "file: tensor 'name': problem".</summary>
    /// <param name="filePath">The file (or folder) at fault.</param>
    /// <param name="problem">What is wrong and, where it is not obvious, what to do.</param>
    /// <param name="tensorName">The tensor at fault, or null where the file as a whole is.</param>
    /// <param name="innerException">What caused this exception, if anything did.</param>
    public CheckpointException(string filePath, string problem, string? tensorName = null, Exception? innerException = null)
        : base(tensorName is null ? $"{filePath}: {problem}" : $"{filePath}: tensor '{Excerpt.Of(tensorName)}': {problem}", innerException)
    {
        FilePath = filePath;
        TensorName = tensorName;
    }

    /// <summary>The file (or folder) at fault.</summary>
    public string FilePath { get; }

    /// <summary>The tensor at fault, or null where the file as a whole is.</summary>
    public string? TensorName { get; }
}
