namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// What names say about factors: <c>A</c> and <c>B</c>, <c>lora_A</c> and <c>lora_B</c>, <c>down</c> and <c>up</c>.
/// </summary>
internal static class FactorNames
{
    private static readonly string[] s_adapters = ["lora", "adapter"];

    private static readonly string[] s_lowRank = ["lora", "lowrank", "low_rank", "adapter"];

    /// <summary>The parts of names, in whatever case, that speak of an adapter, or of low rank.</summary>
    public static IReadOnlyList<string> PartsOfLowRank => s_lowRank;

    /// <summary>Whether a name speaks of an adapter.</summary>
    public static bool NamesAdapter(string name) => Contains(name, s_adapters);

    /// <summary>Whether a name speaks of an adapter, or of low rank.</summary>
    public static bool NamesLowRank(string name) => Contains(name, s_lowRank);

    /// <summary>What a name says: what is left without the role, and 1 for A or 2 for B or 0 for neither.</summary>
    public static (string Stem, int Role) RoleOf(string name)
    {
        string bare = name.TrimStart('_');
        string lower = bare.ToLowerInvariant();
        foreach ((string ending, int role) in new[] { ("down", 1), ("up", 2), ("a", 1), ("b", 2) })
        {
            if (!lower.EndsWith(ending, StringComparison.Ordinal))
                continue;
            string stem = bare.Substring(0, bare.Length - ending.Length);
            bool isWord = stem.Length == 0 || stem[stem.Length - 1] == '_' || (char.IsUpper(bare[stem.Length]) && char.IsLower(stem[stem.Length - 1]));
            if (isWord)
                return (stem.ToLowerInvariant(), role);
        }

        if (!NamesLowRank(lower))
            return ("", 0);
        return lower.StartsWith("down", StringComparison.Ordinal) ? (lower.Substring(4), 1)
            : lower.StartsWith("up", StringComparison.Ordinal) ? (lower.Substring(2), 2)
            : ("", 0);
    }

    /// <summary>Whether two names are those of the factors of one pair, A first.</summary>
    public static bool ArePair(string a, string b)
    {
        (string stemA, int roleA) = RoleOf(a);
        (string stemB, int roleB) = RoleOf(b);
        return roleA == 1 && roleB == 2 && stemA == stemB;
    }

    private static bool Contains(string name, string[] hints) => hints.Any(hint => name.IndexOf(hint, StringComparison.OrdinalIgnoreCase) >= 0);
}
