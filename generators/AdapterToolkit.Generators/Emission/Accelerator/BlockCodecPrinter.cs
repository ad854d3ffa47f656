using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using AdapterToolkit.Quantization;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints the kernels that bring W into a format with blocks and out of it, and their launches. A block is a multiple of 32
/// numbers, so its codes are whole 32-bit words, and a thread writes one of them. The scales are in float32 here.
/// </summary>
/// <param name="format">The format.</param>
internal sealed class BlockCodecPrinter(StoredFormat format)
{
    private const int WordBits = 32;

    private readonly BlockWeightPrinter _weight = new(format);

    private int NumbersInWord => WordBits / format.Bits;

    private int WordShift => PowerOfTwo.Logarithm(NumbersInWord);

    private int BlockShift => PowerOfTwo.Logarithm(format.BlockSize);

    private bool ReadsCodebook => format.Codebook.Length == 0;

    private string MapParameter => ReadsCodebook ? "View codeValues, " : string.Empty;

    /// <summary>The classes of the kernels and of their launches.</summary>
    public string Print() => Template.Text($$"""
        /// <summary>W's way into {{format.Description}} and out of it. The kernels suit groups of any size.</summary>
        public static class {{format.Name}}CodecKernels
        {
            /// <summary>dense[i] = codebook[codes[i]] · maxima[block of i], one number a thread.</summary>
            {{AcceleratorFile.KernelMark}}
            public static void Dequantize(Words codes, View maxima, {{MapParameter}}View dense, int count)
            {
                View codebook = {{BlockWeightPrinter.TypeName(format)}}.Codebook({{(ReadsCodebook ? "codeValues, Group.DimX" : string.Empty)}});
                int index = Grid.IdxX * Group.DimX + Group.IdxX;
                if (index >= count)
                    return;
                uint code = (codes[index >> {{WordShift}}] >> ({{_weight.Place("index")}} * {{format.Bits}})) & {{(1 << format.Bits) - 1}};
                dense[index] = codebook[(int)code] * maxima[index >> {{BlockShift}}];
            }

            /// <summary>maxima[block] = max |values| by their bits, one block a thread: what is not a number is the largest.</summary>
            {{AcceleratorFile.KernelMark}}
            public static void BlockMaxima(View values, View maxima, int count, int blocks)
            {
                int block = Grid.IdxX * Group.DimX + Group.IdxX;
                if (block >= blocks)
                    return;
                int first = block * {{format.BlockSize}};
                int end = first + Math.Min({{format.BlockSize}}, count - first);
                int largest = 0;
                for (int i = first; i < end; i++)
                    largest = Math.Max(largest, NumberOrder.Magnitude(values[i]));
                maxima[block] = Interop.IntAsFloat((uint)largest);
            }

            /// <summary>codes[i] = the code nearest to values[i] · first factor · second factor of its block, one word of codes a thread.</summary>
            {{AcceleratorFile.KernelMark}}
            public static void Quantize(View values, View factors, {{MapParameter}}Words codes, int count)
            {
                int word = Grid.IdxX * Group.DimX + Group.IdxX;
                if (word > (count - 1) >> {{WordShift}})
                    return;
                int first = word * {{NumbersInWord}};
                int block = first >> {{BlockShift}};
                float firstFactor = factors[2 * block];
                float secondFactor = factors[2 * block + 1];
                uint packed = 0;
                for (int i = 0; i < {{NumbersInWord}}; i++)
                {
                    // The last number is followed by zeros.
                    float value = 0f;
                    if (i < count - first)
                        value = values[first + i];
                    float number = value * firstFactor * secondFactor;
                    {{(ReadsCodebook ? NearestCode() : FourBitCode())}}
                }

                codes[word] = packed;
            }
        }

        internal static class {{format.Name}}CodecLaunches
        {
            public static void Dequantize(AcceleratorDevice device, PackedWeight weight, Tensor scales, Tensor dense) =>
                device.Launch(
                    {{format.Name}}CodecKernels.Dequantize,
                    Launches.OneThreadEach(device, dense.Shape.Elements),
                    weight.Codes.ViewOf<uint>(),
                    scales.View,
                    {{(ReadsCodebook ? "weight.Codebook.View," : string.Empty)}}
                    dense.View,
                    dense.Shape.Elements);

            public static void BlockMaxima(AcceleratorDevice device, Tensor values, Tensor maxima) =>
                device.Launch(
                    {{format.Name}}CodecKernels.BlockMaxima,
                    Launches.OneThreadEach(device, maxima.Shape.Elements),
                    values.View,
                    maxima.View,
                    values.Shape.Elements,
                    maxima.Shape.Elements);

            public static void Quantize(AcceleratorDevice device, Tensor values, Tensor factors, Tensor codes) =>
                device.Launch(
                    {{format.Name}}CodecKernels.Quantize,
                    Launches.OneThreadEach(device, codes.Shape.Elements),
                    values.View,
                    factors.View,
                    {{(ReadsCodebook ? $"PackedWeight.CodebookOf(device, {RuntimeNames.ValueOf(format)}).View," : string.Empty)}}
                    codes.ViewOf<uint>(),
                    values.Shape.Elements);
        }
        """);

    /// <summary>A search: of the points between the codebook's values, which rise, how many are below the number.</summary>
    private IEnumerable<string> NearestCode() =>
    [
        $$"""
        int code = 0;
        for (int step = {{1 << (format.Bits - 1)}}; step > 0; step >>= 1)
        {
            int below = code + step - 1;
            code += step * NumberOrder.IsAbove(number, (codeValues[below] + codeValues[below + 1]) * 0.5f);
        }

        packed |= (uint)code << (i * {{format.Bits}});
        """,
    ];

    /// <summary>A count: of the fifteen points between the codebook's values, how many are below the number.</summary>
    private IEnumerable<string> FourBitCode()
    {
        yield return "int place = 0;";
        foreach (float point in DecisionPoints.Between(format.Codebook))
            yield return $"place += NumberOrder.IsAbove(number, {FloatLiteral.Of(point)});";
        if (format.IsOrdered)
        {
            yield return "packed |= (uint)place << ((i ^ 1) * 4);";
            yield break;
        }

        ulong codes = 0;
        byte[] order = DecisionPoints.Order(format.Codebook);
        for (int place = 0; place < order.Length; place++)
            codes |= (ulong)order[place] << (4 * place);
        yield return string.Empty;
        yield return "// The codes in the order of their values, four bits each.";
        yield return $"packed |= ((uint)(0x{codes:X16}UL >> (place * 4)) & 15) << ((i ^ 1) * 4);";
    }
}
