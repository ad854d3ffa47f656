using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Formats;

/// <summary>
/// Reads weights that bitsandbytes quantized to 4 bits as they are stored. Beside the codes, which have the weight's name,
/// lie the blocks' scales (<c>.absmax</c>), the codebook (<c>.quant_map</c>), for 8-bit scales theirs (<c>.nested_absmax</c>,
/// <c>.nested_quant_map</c>), and the settings (<c>.quant_state.bitsandbytes__nf4</c> or <c>__fp4</c>, JSON as bytes).
/// </summary>
public static class QuantizedTensorReader
{
    /// <summary>
    /// How far a stored codebook's values may be from ours: in units in the last place. They come from a computation that
    /// processors round differently.
    /// </summary>
    private const int UnitsAllowed = 4;

    private static readonly QuantizationFormat[] s_formats = [.. QuantizationState.Formats];

    /// <summary>The names of the tensors that lie beside a weight's codes in a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="weightName">The weight's name.</param>
    public static IEnumerable<string> CompanionNames(Checkpoint checkpoint, string weightName)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return new QuantizedTensorNames(weightName).Companions.Where(checkpoint.Contains);
    }

    /// <summary>Checks all that a quantized weight consists of, without reading its codes and scales.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="weightName">The weight's name.</param>
    /// <param name="shape">The shape that the model needs.</param>
    /// <returns>The weight's format, or null where it is not quantized.</returns>
    /// <exception cref="CheckpointException">
    /// A tensor is missing, has another type or length, or says what is not supported; the message names the file and the tensor.
    /// </exception>
    public static WeightFormat? Check(Checkpoint checkpoint, string weightName, Shape shape) => FindState(checkpoint, weightName, shape)?.Format;

    /// <summary>Reads a weight that is stored quantized.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="weightName">The weight's name.</param>
    /// <param name="shape">The shape that the model needs.</param>
    /// <param name="values">The quantized numbers, the same bits as in the file; null where the weight is not quantized.</param>
    /// <returns>Whether the weight is quantized.</returns>
    /// <exception cref="CheckpointException">As of <see cref="Check"/>, or a scale is not finite.</exception>
    public static bool TryRead(Checkpoint checkpoint, string weightName, Shape shape,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out QuantizedValues? values)
    {
        values = null;
        if (FindState(checkpoint, weightName, shape) is not { } state)
            return false;
        QuantizedTensorNames names = new(weightName);
        BlockScales scales;
        if (state.Format.DoubleQuantized)
        {
            float[] nested = ReadFinite(checkpoint, names.NestedMaxima, state.Offset ?? 0);
            scales = new BlockScales(checkpoint.ReadBytes(names.Maxima), nested, state.Offset ?? 0);
        }
        else
        {
            scales = new BlockScales(ReadFinite(checkpoint, names.Maxima, offset: 0));
        }

        values = new QuantizedValues(state.Format, shape.Elements, checkpoint.ReadBytes(weightName), scales);
        return true;
    }

    /// <summary>The element type of the numbers that a weight was quantized from, as its settings say; float32 where they say none.</summary>
    internal static WeightFormat ElementTypeOf(Checkpoint checkpoint, string weightName, Shape shape) =>
        FindState(checkpoint, weightName, shape)?.ElementType ?? WeightFormat.FullPrecision;

    private static QuantizationFormat? FindFormat(Checkpoint checkpoint, string weightName)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentException.ThrowIfNullOrEmpty(weightName);
        QuantizedTensorNames names = new(weightName);
        foreach (string eightBit in (string[])[names.EightBitScales, names.EightBitOrder])
        {
            if (checkpoint.Contains(eightBit))
                throw checkpoint.Error(eightBit,
                    "belongs to bitsandbytes' LLM.int8() format (Linear8bitLt), which is not supported. Load the unquantized "
                    + "checkpoint: the toolkit quantizes while it loads.");
        }

        QuantizationFormat[] stated = [.. s_formats.Where(format => checkpoint.Contains(names.State(format)))];
        if (stated.Length > 1)
            throw checkpoint.Error(names.State(stated[1]), $"contradicts '{Excerpt.Of(names.State(stated[0]))}': a weight has one format.");
        if (stated.Length == 1)
            return stated[0];
        if (names.Companions.FirstOrDefault(checkpoint.Contains) is { } orphan)
            throw checkpoint.Error(orphan,
                $"belongs to a quantized weight, but its settings, such as '{Excerpt.Of(names.State(s_formats[0]))}', are missing.");
        return null;
    }

    private static QuantizationState? FindState(Checkpoint checkpoint, string weightName, Shape shape)
    {
        if (FindFormat(checkpoint, weightName) is not { } numbers)
            return null;
        QuantizedTensorNames names = new(weightName);
        string stateName = names.State(numbers);
        QuantizationState state = QuantizationState.Read(checkpoint, stateName, numbers, shape);
        WeightFormat format = state.Format;
        int blocks = format.Blocks(shape.Elements);

        Require(checkpoint, weightName, SafetensorsType.U8, QuantizedValues.CodeBytes(format, shape.Elements),
            $"two codes a byte of a weight of {shape}; others come of another setting of bnb_4bit_quant_storage");
        Require(checkpoint, names.Maxima, format.DoubleQuantized ? SafetensorsType.U8 : SafetensorsType.F32, blocks,
            $"one scale for each {format.BlockSize} numbers of a weight of {shape}");
        RequireMap(checkpoint, names.Map, Codebooks.Of(numbers), $"the values of {numbers}");
        if (format.DoubleQuantized)
        {
            Require(checkpoint, names.NestedMaxima, SafetensorsType.F32, (blocks + WeightFormat.NestedBlockSize - 1) / WeightFormat.NestedBlockSize,
                $"one for each {WeightFormat.NestedBlockSize} of {blocks} scales");
            RequireMap(checkpoint, names.NestedMap, Codebooks.Dynamic8, "the values of the dynamic 8-bit map");
        }
        else if (checkpoint.Contains(names.NestedMaxima))
        {
            throw checkpoint.Error(names.NestedMaxima, $"contradicts '{Excerpt.Of(stateName)}', which says nothing of 8-bit scales.");
        }

        return state;
    }

    private static void Require(Checkpoint checkpoint, string name, SafetensorsType type, long elements, string meaning)
    {
        if (!checkpoint.Contains(name))
            throw new CheckpointException(checkpoint.FilePath, $"is missing: a quantized weight needs {meaning}.", name);
        SafetensorsEntry entry = checkpoint.GetEntry(name);
        if (entry.Type != type)
            throw checkpoint.Error(name, $"its elements are {entry.Type.FileName()}; {type.FileName()} is needed: {meaning}.");
        if (entry.ElementCount != elements)
            throw checkpoint.Error(name, $"its shape {SafetensorsEntry.FormatShape(entry.Shape.AsSpan())} has {entry.ElementCount} "
                + $"elements; {elements} are needed: {meaning}.");
    }

    private static void RequireMap(Checkpoint checkpoint, string name, ReadOnlySpan<float> expected, string meaning)
    {
        Require(checkpoint, name, SafetensorsType.F32, expected.Length, meaning);
        float[] actual = checkpoint.ReadFloat32(name);
        for (int code = 0; code < expected.Length; code++)
        {
            float unit = MathF.BitIncrement(MathF.Abs(expected[code])) - MathF.Abs(expected[code]);
            if (!(MathF.Abs(actual[code] - expected[code]) <= UnitsAllowed * unit))
                throw checkpoint.Error(name, $"its code {code} stands for {actual[code]:R}; {expected[code]:R} is needed: only {meaning} are supported.");
        }
    }

    private static float[] ReadFinite(Checkpoint checkpoint, string name, float offset)
    {
        float[] maxima = checkpoint.ReadFloat32(name);
        int damaged = Array.FindIndex(maxima, maximum => !float.IsFinite(MathF.Abs(maximum) + MathF.Abs(offset)));
        return damaged < 0 ? maxima : throw checkpoint.Error(name, $"its element {damaged} is {maxima[damaged]:R}; a finite scale is needed.");
    }
}
