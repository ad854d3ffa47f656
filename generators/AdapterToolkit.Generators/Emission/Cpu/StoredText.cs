using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>
/// What the kernels of a packed format are made of, in vectors of one width: how codes turn into numbers. Panels hold the
/// codes as PackedPanels orders them: 32 output features side by side, of 4 bits eight input features in a word.
/// </summary>
/// <param name="Stored">The format.</param>
/// <param name="Shape">The vectors.</param>
internal sealed record StoredText(StoredFormat Stored, VectorShape Shape)
{
    /// <summary>Input features whose 4-bit codes share a word.</summary>
    public const int CodesInWord = 8;

    private const int PanelWidth = 32;

    /// <summary>The type of the elements that codes are read as.</summary>
    public string Element => Stored.Bits switch
    {
        4 => "uint",
        8 => "byte",
        _ => "ushort",
    };

    /// <summary>Elements from one panel to the next.</summary>
    public string PanelElements => Stored.Bits == 4 ? $"(nint)((inFeatures + {CodesInWord - 1}) / {CodesInWord}) * {PanelWidth}" : $"(nint)inFeatures * {PanelWidth}";

    /// <summary>Whether a tile's sum may run over codes, which it decodes in registers, where a product has few rows.</summary>
    public bool DecodesInRegisters => Stored.Bits != 8;

    /// <summary>The condition that a product's sum can run over codes, beside that it has few rows.</summary>
    public string RegisterCondition => Stored.Bits == 4 ? $" && segment % {CodesInWord} == 0" : string.Empty;

    /// <summary>The values of the 16 codes of 4 bits, as bitsandbytes defines them.</summary>
    public IReadOnlyList<float> Codebook => CodebookValues.Of(Stored.Numbers);

    /// <summary>Emits the methods that turn a piece of a panel into numbers, and find the scales of its blocks.</summary>
    public void Emit(SourceWriter writer)
    {
        if (Stored.HasBlocks)
            BlockScalesEmitter.Emit(writer, this);
        new DecodeEmitter(this).Emit(writer);
        if (Stored.Bits == 4)
            new CodeLookupEmitter(this).EmitFourBits(writer);
        else if (Stored.Numbers == StoredNumbers.Float16)
            new CodeLookupEmitter(this).EmitHalf(writer);
    }

    /// <summary>Emits constants that a kernel's loops use.</summary>
    public void Constants(SourceWriter writer)
    {
        if (Stored.Bits != 4)
            return;
        switch (Shape.Bits)
        {
            case 512:
                writer.Line($"Floats codebook = {CpuText.Create(Shape, Codebook)};");
                break;
            case 256:
                writer.Line($"Floats lowCodebook = {CpuText.Create(Shape, Codebook.Take(8))};");
                writer.Line($"Floats highCodebook = {CpuText.Create(Shape, Codebook.Skip(8))};");
                break;
        }
    }

    /// <summary>The numbers that a vector of words holds in the lowest four bits of each.</summary>
    public string Numbers(string words) => Shape.Bits switch
    {
        512 => $"Numbers({words}, codebook)",
        256 => $"Numbers({words}, lowCodebook, highCodebook)",
        _ => $"Numbers({words})",
    };

    /// <summary>One half of a vector of 16-bit numbers, as float32.</summary>
    public string Widened(string numbers, string half)
    {
        string widened = $"{Shape.Name}.Widen{half}({numbers})";
        return Stored.Numbers == StoredNumbers.BFloat16 ? $"{Shape.Name}.AsSingle({widened} << 16)" : $"Half({widened})";
    }
}
