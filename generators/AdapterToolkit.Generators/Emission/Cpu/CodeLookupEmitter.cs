namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Emits how a vector of codes turns into a vector of numbers.</summary>
/// <param name="text">How codes turn into numbers.</param>
internal sealed class CodeLookupEmitter(StoredText text)
{
    /// <summary>Emits the look-up of 4-bit codes.</summary>
    public void EmitFourBits(SourceWriter writer)
    {
        string codebooks = text.Shape.Bits switch
        {
            512 => ", Floats codebook",
            256 => ", Floats lowCodebook, Floats highCodebook",
            _ => string.Empty,
        };
        writer.Line();
        writer.Line($"/// <summary>The {text.Stored.Numbers} numbers whose codes are in the lowest four bits of each word. The processors' look-ups ignore the bits above.</summary>");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        writer.Open($"private static Floats Numbers(Words words{codebooks})");
        switch (text.Shape.Bits)
        {
            case 512:
                writer.Line("""
                    if (Avx512F.IsSupported)
                        return Avx512F.PermuteVar16x32(codebook, Vector512.AsInt32(words));
                    return Vector512.ShuffleNative(codebook, Vector512.AsInt32(words & Vector512.Create(15u)));
                    """);
                break;
            case 256:
                writer.Line("""
                    if (Avx2.IsSupported)
                    {
                        Floats low = Avx2.PermuteVar8x32(lowCodebook, Vector256.AsInt32(words));
                        Floats high = Avx2.PermuteVar8x32(highCodebook, Vector256.AsInt32(words));
                        return Avx2.BlendVariable(low, high, Vector256.AsSingle(words << 28));
                    }

                    Integers index = Vector256.AsInt32(words & Vector256.Create(7u));
                    Integers isHigh = Vector256.AsInt32(words << 28) >> 31;
                    return Vector256.ConditionalSelect(Vector256.AsSingle(isHigh), Vector256.ShuffleNative(highCodebook, index), Vector256.ShuffleNative(lowCodebook, index));
                    """);
                break;
            default:
                writer.Line("ref float codebook = ref MemoryMarshal.GetReference(Codebook);");
                writer.Line($"return {text.Shape.Name}.Create({string.Join(", ", Enumerable.Range(0, text.Shape.Lanes).Select(lane => $"Unsafe.Add(ref codebook, (int)(Vector128.GetElement(words, {lane}) & 15))"))});");
                break;
        }

        writer.Close();
        if (text.Shape.Bits > 128)
            return;
        writer.Line();
        writer.Line($"/// <summary>The values of the 16 codes of {text.Stored.Numbers}.</summary>");
        writer.Line($"private static global::System.ReadOnlySpan<float> Codebook => [{string.Join(", ", text.Codebook.Select(FloatLiteral.Of))}];");
    }

    /// <summary>Emits the widening of half-precision numbers.</summary>
    public void EmitHalf(SourceWriter writer)
    {
        writer.Line();
        writer.Line("/// <summary>Half precision to float32: exponent and fraction move into place, and a factor of 2^112 corrects the exponent, that of subnormal numbers too.</summary>");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        writer.Open($"private static Floats Half(Words numbers)");
        writer.Line($$"""
            Floats magnitude = {{text.Shape.Name}}.AsSingle((numbers & {{text.Shape.Name}}.Create(0x7FFFu)) << 13) * {{text.Shape.Name}}.Create(5.192296858534828E+33f);
            return {{text.Shape.Name}}.AsSingle({{text.Shape.Name}}.AsUInt32(magnitude) | ((numbers & {{text.Shape.Name}}.Create(0x8000u)) << 16));
            """);
        writer.Close();
    }
}
