namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// The two names by which PEFT's files know factors, <c>lora_A</c> and <c>lora_B</c>, in any spelling and behind any stem. They are the only names of a
/// user's own that say anything.
/// </summary>
internal static class FactorNames
{
    /// <summary>The part, in whatever case, that both names have.</summary>
    public static IReadOnlyList<string> PartsOfLowRank { get; } = ["lora"];

    /// <summary>Whether a name is one of the two.</summary>
    public static bool NamesLowRank(string name) => RoleOf(name).Role > 0;

    /// <summary>What a name says: what is left without the role, and 1 for A or 2 for B or 0 for neither.</summary>
    public static (string Stem, int Role) RoleOf(string name)
    {
        string bare = name.Replace("_", "").ToLowerInvariant();
        int role = bare.EndsWith("loraa", StringComparison.Ordinal) ? 1 : bare.EndsWith("lorab", StringComparison.Ordinal) ? 2 : 0;
        return role == 0 ? ("", 0) : (bare.Substring(0, bare.Length - 1), role);
    }

    /// <summary>Whether two names are those of the factors of one pair, A first.</summary>
    public static bool ArePair(string a, string b)
    {
        (string stemA, int roleA) = RoleOf(a);
        (string stemB, int roleB) = RoleOf(b);
        return roleA == 1 && roleB == 2 && stemA == stemB;
    }
}
