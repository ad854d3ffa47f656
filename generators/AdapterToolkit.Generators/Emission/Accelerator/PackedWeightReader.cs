using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Reads W in 4, 8 or 16 bits, in the order in which checkpoints hold it: row after row without a gap, of 4 bits the first
/// number of a byte in its upper half. Kernels see the bytes as 32-bit words. A piece is eight numbers, which have a scale
/// in common where they begin at a multiple of eight; else they may belong to two blocks.
/// </summary>
internal sealed class PackedWeightReader : WeightReader
{
    /// <summary>How many numbers kernels decode at once.</summary>
    public const int Length = 8;

    private const int WordBits = 32;
    private const int DynamicCodes = 256;

    private readonly StoredFormat _stored;
    private readonly bool _anyWidth;

    /// <summary>Describes how a format is read.</summary>
    /// <param name="stored">The format.</param>
    /// <param name="anyWidth">Whether rows may begin and end anywhere in a word; if not, W's width is a multiple of eight.</param>
    public PackedWeightReader(StoredFormat stored, bool anyWidth)
    {
        _stored = stored;
        _anyWidth = anyWidth;
    }

    public override int PieceLength => Length;

    public override bool HasPartialPieces => _anyWidth;

    public override IReadOnlyList<string> Aliases => _stored.HasBlocks
        ? ["using Utilities = global::ILGPU.Util.Utilities;", WordsAlias]
        : [RuntimeNames.Alias(RuntimeNames.SixteenBitNumbers), WordsAlias];

    public override IReadOnlyList<string> Parameters => [.. Inputs.Select(input => input.Parameter)];

    public override IReadOnlyList<string> Arguments => [.. Inputs.Select(input => input.Argument)];

    private static string WordsAlias => "using Words = global::ILGPU.ArrayView<uint>;";

    /// <summary>What W consists of: the parameters of kernels, and what a launch passes for them.</summary>
    private IEnumerable<(string Parameter, string Argument)> Inputs
    {
        get
        {
            yield return ("Words codes", "packed.Codes.ViewOf<uint>()");
            if (_stored.DoubleQuantized)
            {
                yield return ("Words scaleCodes", "packed.ScaleCodes!.ViewOf<uint>()");
                yield return ("View nestedMaxima", "packed.NestedMaxima!.View");
                yield return ("float offset", "packed.Offset");
            }
            else if (_stored.HasBlocks)
            {
                yield return ("View maxima", "packed.Maxima!.View");
            }

            if (_stored.DoubleQuantized || _stored.Numbers == StoredNumbers.Dynamic8)
                yield return ("View dynamicMap", "packed.DynamicMap.View");
        }
    }

    private int NumbersInWord => WordBits / _stored.Bits;

    /// <summary>Words of a piece that begins where a word does.</summary>
    private int PieceWords => Length / NumbersInWord;

    private int WordShift => PowerOfTwo.Logarithm(NumbersInWord);

    private int Mask => (1 << _stored.Bits) - 1;

    public override void PrintTables(SourceWriter writer, string threads)
    {
        if (_anyWidth)
            writer.Line("int lastElement = inFeatures * outFeatures - 1;");
        if (_stored.Bits == 4)
        {
            IReadOnlyList<float> values = CodebookValues.Of(_stored.Numbers);
            writer.Line($"// The numbers that the codes of {_stored.Numbers} stand for.");
            writer.Line($"var codebook = SharedMemory.Allocate<float>({values.Count});");
            writer.Open("if (Group.IdxX == 0)");
            for (int code = 0; code < values.Count; code++)
                writer.Line($"codebook[{code}] = {FloatLiteral.Of(values[code])};");
            writer.Close();
            writer.Line();
            writer.Line(KernelClass.Barrier);
            writer.Line();
        }
        else if (_stored.Bits == 8)
        {
            writer.Line("// The numbers that the codes stand for.");
            writer.Line($"var codebook = SharedMemory.Allocate<float>({DynamicCodes});");
            writer.Open($"for (int i = Group.IdxX; i < {DynamicCodes}; i += {threads})");
            writer.Line("codebook[i] = dynamicMap[i];");
            writer.Close();
            writer.Line();
            writer.Line(KernelClass.Barrier);
            writer.Line();
        }
    }

    public override void PrintSource(SourceWriter writer, string source, string element) => writer.Line($"int {source} = {element};");

    public override void PrintLoads(SourceWriter writer, string piece, string source, string index)
    {
        string element = $"{piece}Element", end = $"{piece}End";
        writer.Line($"int {element} = {(index == "0" ? source : $"{source} + {index}")};");
        string first = $"{element} >> {WordShift}";
        if (_anyWidth)
        {
            writer.Line($"int {end} = {KernelClass.Min(KernelClass.Plus(element, Length - 1), "lastElement")};");
            for (int word = 0; word <= PieceWords; word++)
                writer.Line($"uint {piece}Loaded{word} = codes[{(word == 0 ? first : KernelClass.Min($"({first}) + {word}", $"{end} >> {WordShift}"))}];");
        }
        else
        {
            for (int word = 0; word < PieceWords; word++)
                writer.Line($"uint {piece}Word{word} = codes[{(word == 0 ? first : $"({first}) + {word}")}];");
        }

        if (!_stored.HasBlocks)
            return;
        PrintScaleLoads(writer, piece, element);
        if (_anyWidth)
            PrintScaleLoads(writer, $"{piece}Next", end);
    }

    public override void PrintDecoding(SourceWriter writer, string piece)
    {
        if (_anyWidth)
            PrintShifts(writer, piece);
        if (_stored.DoubleQuantized)
        {
            PrintScale(writer, piece);
            if (_anyWidth)
                PrintScale(writer, $"{piece}Next");
        }

        if (_stored.HasBlocks && _anyWidth)
            writer.Line($"int {piece}InBlock = {_stored.BlockSize} - ({piece}Element & {_stored.BlockSize - 1});");
    }

    public override string Number(string piece, string source, string index, int number)
    {
        // Each byte's upper half comes first, unless the words were put in order already.
        int place = number % NumbersInWord;
        string word = $"{piece}Word{number / NumbersInWord}", code = Code(word, _stored.Bits == 4 && !_anyWidth ? place ^ 1 : place);
        if (!_stored.HasBlocks)
            return Decoded(code);
        string scale = _anyWidth && number > 0 ? $"Utilities.Select({number} < {piece}InBlock, {piece}Scale, {piece}NextScale)" : $"{piece}Scale";
        return $"{Decoded(code)} * {scale}";
    }

    public override string Single(SourceWriter writer, string element)
    {
        writer.Line($"int element = {element};");
        if (_stored.Bits == 16)
            return Decoded("SixteenBitNumbers.InWord(codes[element >> 1], element)");
        string place = $"element & {NumbersInWord - 1}";
        writer.Line($"uint code = (codes[element >> {WordShift}] >> ({(_stored.Bits == 4 ? $"(({place}) ^ 1)" : $"({place})")} * {_stored.Bits})) & {Mask};");
        PrintScaleLoads(writer, "element", "element");
        if (_stored.DoubleQuantized)
            PrintScale(writer, "element");
        return $"{Decoded("code")} * elementScale";
    }

    private string Code(string word, int place)
    {
        string shifted = place == 0 ? word : $"{word} >> {place * _stored.Bits}";
        if (place == NumbersInWord - 1)
            return shifted;
        return place == 0 ? $"{word} & {Mask}" : $"({shifted}) & {Mask}";
    }

    private string Decoded(string code) => _stored.Numbers switch
    {
        StoredNumbers.BFloat16 => $"SixteenBitNumbers.FromBFloat16({code})",
        StoredNumbers.Float16 => $"SixteenBitNumbers.FromFloat16({code})",
        _ => $"codebook[(int)({code})]",
    };

    /// <summary>Reads of a block what its scale is made of.</summary>
    private void PrintScaleLoads(SourceWriter writer, string name, string element)
    {
        string block = $"{element} >> {PowerOfTwo.Logarithm(_stored.BlockSize)}";
        if (!_stored.DoubleQuantized)
        {
            writer.Line($"float {name}Scale = maxima[{block}];");
            return;
        }

        writer.Line($"int {name}Block = {block};");
        writer.Line($"uint {name}ScaleCodes = scaleCodes[{name}Block >> 2];");
        writer.Line($"float {name}Maximum = nestedMaxima[{name}Block >> 8];");
    }

    private static void PrintScale(SourceWriter writer, string name) =>
        writer.Line($"float {name}Scale = dynamicMap[(int)(({name}ScaleCodes >> (({name}Block & 3) * 8)) & 255)] * {name}Maximum + offset;");

    /// <summary>Puts a piece's numbers, which begin anywhere in the first word read, in order into as many words as they fill.</summary>
    private void PrintShifts(SourceWriter writer, string piece)
    {
        writer.Line($"int {piece}Shift = ({piece}Element & {NumbersInWord - 1}) * {_stored.Bits};");
        if (_stored.Bits == 4)
        {
            for (int word = 0; word <= PieceWords; word++)
                writer.Line($"{piece}Loaded{word} = (({piece}Loaded{word} & 0x0F0F0F0F) << 4) | (({piece}Loaded{word} >> 4) & 0x0F0F0F0F);");
        }

        for (int word = 0; word < PieceWords; word++)
            writer.Line($"uint {piece}Word{word} = ({piece}Loaded{word} >> {piece}Shift) | ({piece}Loaded{word + 1} << 1 << (31 - {piece}Shift));");
    }
}
