using System.Collections.Immutable;

namespace AdapterToolkit.Formats;

/// <summary>A tensor of a checkpoint: where it lies, and as what it is seen.</summary>
/// <param name="File">The file that holds it.</param>
/// <param name="Source">What the file says about it.</param>
/// <param name="Seen">The same, with the name and the shape that it is known by.</param>
/// <param name="IsTransposed">Whether rows and columns are exchanged when it is read.</param>
internal sealed record LocatedTensor(SafetensorsFile File, SafetensorsEntry Source, SafetensorsEntry Seen, bool IsTransposed)
{
    /// <summary>A tensor that is seen as the file has it.</summary>
    internal static LocatedTensor AsItIs(SafetensorsFile file, SafetensorsEntry entry) => new(file, entry, entry, false);

    /// <summary>A tensor that is seen otherwise.</summary>
    /// <exception cref="CheckpointException">It is to be transposed, and is no matrix of numbers.</exception>
    internal static LocatedTensor Mapped(SafetensorsFile file, SafetensorsEntry entry, TensorMapping mapping)
    {
        ImmutableArray<long> shape = entry.Shape;
        if (mapping.IsTransposed)
        {
            if (shape.Length != 2 || entry.Type is not (SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16))
                throw new CheckpointException(
                    file.FilePath,
                    $"can't be transposed, as LoadOptions.MapTensor asks: it is {entry.Type.FileName()} {SafetensorsEntry.FormatShape(shape.AsSpan())}, "
                        + "not a matrix in F32, F16 or BF16. Quantized weights can't be: their blocks run along the rows.",
                    entry.Name);
            shape = [shape[1], shape[0]];
        }

        return new LocatedTensor(
            file,
            entry,
            new SafetensorsEntry(mapping.Name ?? entry.Name, entry.Type, shape, entry.ElementCount, entry.Begin, entry.ByteLength),
            mapping.IsTransposed);
    }
}
