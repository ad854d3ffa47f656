using System.Globalization;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Quantization;

/// <summary>Errors about numbers that a format can't hold.</summary>
internal static class UnsupportedNumbers
{
    /// <summary>The error about the first number that is infinite or not a number.</summary>
    /// <param name="values">The tensor's numbers.</param>
    /// <param name="name">The tensor's name.</param>
    internal static InvalidDataException NotFinite(ReadOnlySpan<float> values, string name)
    {
        int index = 0;
        while (index < values.Length - 1 && float.IsFinite(values[index]))
            index++;
        return NotFinite(index, values[index], name);
    }

    /// <summary>The error about a number that is infinite or not a number.</summary>
    /// <param name="index">Which of the tensor's numbers it is.</param>
    /// <param name="value">The number.</param>
    /// <param name="name">The tensor's name.</param>
    internal static InvalidDataException NotFinite(int index, float value, string name) =>
        new($"Tensor '{name}' can't be quantized: {FiniteNumbers.Problem(index, value)}. Is the checkpoint damaged, or was its training diverging?");

    /// <summary>The error about the first number that is finite, but rounds to infinity.</summary>
    /// <param name="values">The tensor's numbers.</param>
    /// <param name="largest">The largest magnitude that does not.</param>
    /// <param name="format">The format.</param>
    /// <param name="name">The tensor's name.</param>
    internal static InvalidDataException TooLarge(ReadOnlySpan<float> values, float largest, WeightFormat format, string name)
    {
        int index = 0;
        while (index < values.Length - 1 && MathF.Abs(values[index]) <= largest)
            index++;
        return new InvalidDataException(string.Create(
            CultureInfo.InvariantCulture,
            $"Tensor '{name}' can't be held in {format}: its number {index} is {values[index]}, and the format's largest is {largest}."));
    }
}
