using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission;

/// <summary>Who prints each kind of term, for each target.</summary>
internal static class TermPrinters
{
    /// <summary>The printer of a term for the CPU.</summary>
    public static Cpu.TermPrinter ForCpu(Term term) => term switch
    {
        LowRankTerms lowRank => new Cpu.LowRankTermPrinter(lowRank),
        _ => throw Unprinted(term),
    };

    /// <summary>The printer of a term for accelerators.</summary>
    public static Accelerator.TermPrinter ForAccelerators(Term term) => term switch
    {
        LowRankTerms lowRank => new Accelerator.LowRankTermPrinter(lowRank),
        _ => throw Unprinted(term),
    };

    private static NotSupportedException Unprinted(Term term) => new($"No printer prints {term}.");
}
