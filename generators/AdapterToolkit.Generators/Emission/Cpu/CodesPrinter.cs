using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Prints how a vector of codes turns into numbers in vectors of one width, for tiles that decode W in registers.</summary>
internal static class CodesPrinter
{
    /// <summary>The interface of the variants.</summary>
    public static string Interface(KernelNeeds needs) => Template.Text($$"""
        /// <summary>Vectors of codes, whatever the type that stands for their bits.</summary>
        internal interface ICodes<TVector>
        {
            {{string.Join("\n\n", Declarations(needs))}}
        }
        """);

    /// <summary>The members of a variant.</summary>
    public static IEnumerable<string> Members(KernelNeeds needs, VectorShape shape)
    {
        if (needs.HasBits(4))
        {
            string low = shape.Codebook.Count > 0 ? shape.Load("MemoryMarshal.GetReference(numbers)", 0) : "Floats.Zero";
            string high = shape.Codebook.Count > 1 ? shape.Load("MemoryMarshal.GetReference(numbers)", shape.Lanes) : "Floats.Zero";
            string codebook = string.Concat(shape.Codebook.Select((_, i) => i == 0 ? ", lowCodebook" : ", highCodebook"));
            yield return $$"""
                /// <inheritdoc/>
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                public static void Codebook(Numbers numbers, out Floats lowCodebook, out Floats highCodebook)
                {
                    lowCodebook = {{low}};
                    highCodebook = {{high}};
                }

                /// <inheritdoc/>
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                public static Floats DecodeWords<TWeight>(Floats words, int shift, Floats lowCodebook, Floats highCodebook)
                    where TWeight : struct, IWeight =>
                    TWeight.Decode({{shape.Name}}.AsUInt32(words) >>> shift{{codebook}});
                """;
        }

        if (!needs.HasBits(16))
            yield break;
        string noCodebook = string.Concat(shape.Codebook.Select(_ => ", default"));
        foreach (string half in (string[])["Lower", "Upper"])
        {
            yield return $"""
                /// <inheritdoc/>
                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                public static Floats Decode{half}<TWeight>(Floats numbers)
                    where TWeight : struct, IWeight =>
                    TWeight.Decode({shape.Name}.Widen{half}({shape.Name}.AsUInt16(numbers)){noCodebook});
                """;
        }
    }

    private static IEnumerable<string> Declarations(KernelNeeds needs)
    {
        if (needs.HasBits(4))
        {
            yield return """
                /// <summary>Loads a codebook of 16 numbers into as many vectors as it fills, which are none where they would be more than two.</summary>
                static abstract void Codebook(Numbers numbers, out TVector lowCodebook, out TVector highCodebook);

                /// <summary>The numbers whose codes of 4 bits are in the words, shifted.</summary>
                static abstract TVector DecodeWords<TWeight>(TVector words, int shift, TVector lowCodebook, TVector highCodebook)
                    where TWeight : struct, IWeight;
                """;
        }

        if (needs.HasBits(16))
        {
            yield return """
                /// <summary>The numbers in the lower half of a vector of 16-bit codes.</summary>
                static abstract TVector DecodeLower<TWeight>(TVector numbers)
                    where TWeight : struct, IWeight;

                /// <summary>The numbers in its upper half.</summary>
                static abstract TVector DecodeUpper<TWeight>(TVector numbers)
                    where TWeight : struct, IWeight;
                """;
        }
    }
}
