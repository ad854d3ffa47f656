using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>What a method is for, as its name and those of the classes around it say.</summary>
internal static class MethodPurpose
{
    private const string Merge = "merge";

    // Initializations that start with B not zero, and change W so that the model stays what it was.
    private static readonly string[] s_initializations = ["pissa", "loftq", "olora", "corda"];

    /// <summary>
    /// Whether it merges an adapter, or starts one by changing W: PiSSA (Meng and others, 2024), LoftQ (Li and others, 2023) and their relatives.
    /// </summary>
    public static bool IsToChangeWeights(ISymbol symbol) => IsNamed(symbol, Merge) || IsToStartAtWeights(symbol);

    /// <summary>Whether it starts an adapter at numbers that are computed from W.</summary>
    public static bool IsToStartAtWeights(ISymbol symbol) => s_initializations.Any(word => IsNamed(symbol, word));

    private static bool IsNamed(ISymbol symbol, string word)
    {
        for (ISymbol? current = symbol; current is not null and not INamespaceSymbol; current = current.ContainingSymbol)
        {
            if (current.Name.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0)
                return true;
        }

        return false;
    }
}
