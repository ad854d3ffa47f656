using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints the kernels that bring W into a format and out of it, and their launches. A block is a multiple of 32 numbers, so
/// its codes are whole 32-bit words, and a thread writes one of them. The scales are in float32 here.
/// </summary>
internal sealed class CodecPrinter
{
    /// <summary>Threads of a group, where the device's groups are not smaller.</summary>
    private const int Threads = 128;

    private const int WordBits = 32;
    private const int HalfOfDynamicCodes = 128;

    private readonly StoredFormat _stored;
    private readonly PackedWeightReader _reader;

    /// <summary>Describes the kernels of a format.</summary>
    /// <param name="stored">The format.</param>
    public CodecPrinter(StoredFormat stored)
    {
        _stored = stored with { DoubleQuantized = false };
        _reader = new PackedWeightReader(_stored, anyWidth: false);
    }

    /// <summary>What the kernels call by short names, beside those of every kernel.</summary>
    public IEnumerable<string> Aliases => !_stored.HasBlocks
        ? _reader.Aliases
        :
        [
            .. _reader.Aliases,
            "using Interop = global::ILGPU.Interop;",
            RuntimeNames.Alias(RuntimeNames.NumberOrder),
        ];

    private int NumbersInWord => WordBits / _stored.Bits;

    private bool ReadsDynamicMap => _stored.Bits == 8;

    /// <summary>Prints the kernels.</summary>
    public void Print(SourceWriter writer)
    {
        PrintDequantize(writer);
        writer.Line();
        if (_stored.HasBlocks)
        {
            PrintMaxima(writer);
            writer.Line();
        }

        PrintQuantize(writer);
    }

    /// <summary>Prints the methods that launch them.</summary>
    public void PrintLaunches(SourceWriter writer, string kernels)
    {
        Open("Dequantize(AcceleratorDevice device, PackedWeight weight, Tensor? scales, Tensor dense)");
        string scales = _stored.HasBlocks ? "scales!.View, " : string.Empty, map = ReadsDynamicMap ? "weight.DynamicMap.View, " : string.Empty;
        Launch("Dequantize", "dense.Shape.Elements", $"weight.Codes.ViewOf<uint>(), {scales}{map}dense.View, dense.Shape.Elements");
        writer.Line();
        if (_stored.HasBlocks)
        {
            Open("BlockMaxima(AcceleratorDevice device, Tensor values, Tensor maxima)");
            Launch("BlockMaxima", "maxima.Shape.Elements", "values.View, maxima.View, values.Shape.Elements, maxima.Shape.Elements");
            writer.Line();
        }

        Open("QuantizeBlocks(AcceleratorDevice device, Tensor values, Tensor? factors, Tensor codes)");
        string factors = _stored.HasBlocks ? "factors!.View, " : string.Empty, points = ReadsDynamicMap ? "PackedWeight.DynamicMapOf(device).View, " : string.Empty;
        Launch("Quantize", "codes.Shape.Elements", $"values.View, {factors}{points}codes.ViewOf<uint>(), values.Shape.Elements");

        void Open(string head)
        {
            writer.Line("/// <inheritdoc/>");
            writer.Open($"protected override void {head}");
            writer.Line($"int threads = device.GroupSize({Threads});");
        }

        void Launch(string kernel, string items, string arguments)
        {
            writer.Line($"device.Launch({kernels}.{kernel}, new KernelConfig(Groups({items}, threads), threads), {arguments});");
            writer.Close();
        }
    }

    private static void PrintIndex(SourceWriter writer, string index, string condition)
    {
        writer.Line($"int {index} = Grid.IdxX * Group.DimX + Group.IdxX;");
        writer.Open($"if ({condition})");
        writer.Line("return;");
        writer.Close();
        writer.Line();
    }

    private void PrintDequantize(SourceWriter writer)
    {
        string formula = _stored.HasBlocks ? "dense[i] = codebook[codes[i]] · maxima[block of i]" : "dense[i] = codes[i], widened";
        KernelClass.OpenKernel(writer, "Dequantize", $"{formula}, one number a thread.", [.. _reader.Parameters, "View dense", "int count"]);
        _reader.PrintTables(writer, "Group.DimX");
        PrintIndex(writer, "index", "index >= count");
        string number = _reader.Single(writer, "index");
        writer.Line($"dense[index] = {number};");
        writer.Close();
    }

    private void PrintMaxima(SourceWriter writer)
    {
        KernelClass.OpenKernel(writer, "BlockMaxima", "maxima[block] = max |values|, one block a thread; by their bits, so that what is not a number is the largest.", "View values", "View maxima", "int count", "int blocks");
        PrintIndex(writer, "block", "block >= blocks");
        writer.Line($$"""
            int first = block * {{_stored.BlockSize}};
            int end = first + {{KernelClass.Min($"{_stored.BlockSize}", "count - first")}};
            int largest = 0;
            """);
        writer.Line("for (int i = first; i < end; i++)");
        writer.Line("    largest = Math.Max(largest, NumberOrder.Magnitude(values[i]));");
        writer.Line("maxima[block] = Interop.IntAsFloat((uint)largest);");
        writer.Close();
    }

    private void PrintQuantize(SourceWriter writer)
    {
        string[] factors = _stored.HasBlocks ? ["View factors"] : [], map = ReadsDynamicMap ? ["View dynamicMap"] : [];
        string formula = _stored.HasBlocks ? "codes[i] = the code whose value is nearest to values[i] · first factor · second factor of its block" : "codes[i] = values[i], rounded";
        KernelClass.OpenKernel(writer, "Quantize", $"{formula}, one word of codes a thread.", ["View values", .. factors, .. map, "Words codes", "int count"]);
        PrintIndex(writer, "word", $"word > (count - 1) >> {PowerOfTwo.Logarithm(NumbersInWord)}");
        writer.Line($"int first = word * {NumbersInWord};");
        if (_stored.HasBlocks)
        {
            writer.Line($"int block = first >> {PowerOfTwo.Logarithm(_stored.BlockSize)};");
            writer.Line("float firstFactor = factors[2 * block];");
            writer.Line("float secondFactor = factors[2 * block + 1];");
        }

        writer.Line("uint packed = 0;");
        writer.Open($"for (int i = 0; i < {NumbersInWord}; i++)");
        writer.Line($$"""
            // The last number is followed by zeros.
            float value = 0f;
            if (i < count - first)
                value = values[first + i];
            """);
        switch (_stored.Bits)
        {
            case 16:
                writer.Line($"packed |= SixteenBitNumbers.To{_stored.Numbers}(value) << (i * 16);");
                break;
            case 8:
                PrintDynamicCode(writer);
                break;
            default:
                PrintFourBitCode(writer);
                break;
        }

        writer.Close();
        writer.Line();
        writer.Line("codes[word] = packed;");
        writer.Close();
    }

    /// <summary>A search: of the 255 points between the map's values, how many are below the number.</summary>
    private static void PrintDynamicCode(SourceWriter writer)
    {
        writer.Line("float number = value * firstFactor * secondFactor;");
        writer.Line("int code = 0;");
        writer.Open($"for (int step = {HalfOfDynamicCodes}; step > 0; step >>= 1)");
        writer.Line("int below = code + step - 1;");
        writer.Line("code += step * NumberOrder.IsAbove(number, (dynamicMap[below] + dynamicMap[below + 1]) * 0.5f);");
        writer.Close();
        writer.Line();
        writer.Line("packed |= (uint)code << (i * 8);");
    }

    /// <summary>A count: of the fifteen points between the codebook's values, how many are below the number.</summary>
    private void PrintFourBitCode(SourceWriter writer)
    {
        writer.Line("float number = value * firstFactor * secondFactor;");
        writer.Line("int place = 0;");
        foreach (float point in CodebookValues.DecisionPoints(_stored.Numbers))
            writer.Line($"place += NumberOrder.IsAbove(number, {FloatLiteral.Of(point)});");
        if (CodebookValues.IsOrdered(_stored.Numbers))
        {
            writer.Line("packed |= (uint)place << ((i ^ 1) * 4);");
            return;
        }

        ulong codes = 0;
        for (int place = 0; place < CodebookValues.Order(_stored.Numbers).Count; place++)
            codes |= (ulong)CodebookValues.Order(_stored.Numbers)[place] << (4 * place);
        writer.Line();
        writer.Line("// The codes in the order of their values, four bits each.");
        writer.Line($"packed |= ((uint)(0x{codes:X16}UL >> (place * 4)) & 15) << ((i ^ 1) * 4);");
    }
}
