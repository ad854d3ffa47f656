using System.Collections.Concurrent;
using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Values;

/// <summary>
/// Finds the factors and the frozen weight among the members of a class that was written by hand: a TorchSharp module with
/// parameters or linear layers of its own, or a class that holds parameters of the toolkit. Factors are told by their names
/// (<c>A</c> and <c>B</c>, <c>lora_A</c> and <c>lora_B</c>, <c>down</c> and <c>up</c>) together with shapes r x in and out x r.
/// </summary>
/// <param name="types">The known types.</param>
/// <param name="shapeOf">Gives the shape that a member is made with; null where it is not known.</param>
internal sealed class LowRankMembers(TensorTypes types, Func<ISymbol, (Dimension Rows, Dimension Columns)?> shapeOf)
{
    private static readonly string[] s_hints = ["lora", "lowrank", "low_rank", "adapter"];

    private readonly ConcurrentDictionary<INamedTypeSymbol, LowRankPair[]> _pairs = new(SymbolEqualityComparer.Default);

    /// <summary>The pairs of factors among the members of a class.</summary>
    public IReadOnlyList<LowRankPair> PairsOf(INamedTypeSymbol type) => _pairs.GetOrAdd(type, Find);

    /// <summary>The pair that a member belongs to; null where it is no factor.</summary>
    public LowRankPair? PairWith(ISymbol member) =>
        member.ContainingType is { } type && CanHold(member)
            ? PairsOf(type).FirstOrDefault(pair => SymbolEqualityComparer.Default.Equals(pair.A, member) || SymbolEqualityComparer.Default.Equals(pair.B, member))
            : null;

    /// <summary>Whether a member is the frozen weight of a class that has factors: W itself, or the layer around it.</summary>
    public bool IsFrozenWeight(ISymbol member) =>
        types.TorchModule is not null && member.ContainingType is { } type && IsTorchHolder(member) && PairsOf(type).Count > 0 && PairWith(member) is null && IsWeightName(member);

    /// <summary>Whether a class has a frozen weight beside its factors.</summary>
    public bool HasFrozenWeight(INamedTypeSymbol type) => type.GetMembers().Any(IsFrozenWeight) || type.BaseType is { } parent && (types.TorchLinear is { } linear && KnownTypes.DerivesFrom(parent, linear));

    private LowRankPair[] Find(INamedTypeSymbol type)
    {
        if (type.DeclaringSyntaxReferences.Length == 0)
            return [];
        List<LowRankPair> pairs = [];
        ISymbol[] members = [.. type.GetMembers().Where(member => CanHold(member) && !member.IsImplicitlyDeclared)];
        foreach (ISymbol a in members)
        {
            foreach (ISymbol b in members)
            {
                if (!SymbolEqualityComparer.Default.Equals(a, b) && ArePair(a, b, type))
                    pairs.Add(new LowRankPair(a, b));
            }
        }

        return [.. pairs];
    }

    private bool ArePair(ISymbol a, ISymbol b, INamedTypeSymbol type)
    {
        (string stemA, int roleA, bool isExplicitA) = Role(a.Name);
        (string stemB, int roleB, bool isExplicitB) = Role(b.Name);
        if (roleA != 1 || roleB != 2 || stemA != stemB)
            return false;
        bool hinted = isExplicitA && isExplicitB || Hints(type.Name) || type.GetMembers().Any(member => member.Name.TrimStart('_').ToLowerInvariant() is "rank" or "lorarank" or "lora_rank" or "lora_alpha" or "loraalpha")
            || type.InstanceConstructors.Any(constructor => constructor.Parameters.Any(parameter => parameter.Name is "rank" or "r" or "loraRank"));
        if (shapeOf(a) is not { } shapeA || shapeOf(b) is not { } shapeB)
            return hinted;
        Dimension? shared = SharedDimension(shapeA, shapeB);
        if (shared is null || shapeA.Rows.Matches(shapeA.Columns) || shapeB.Rows.Matches(shapeB.Columns))
            return false;
        return hinted || shared.IsCalledRank || IsSmall(shared, shapeA, shapeB);
    }

    /// <summary>The dimension that the shapes of two factors share, r x in and out x r, or in x r and r x out; null where they have none.</summary>
    public static Dimension? SharedDimension((Dimension Rows, Dimension Columns) a, (Dimension Rows, Dimension Columns) b) =>
        a.Rows.Matches(b.Columns) ? a.Rows : a.Columns.Matches(b.Rows) ? a.Columns : null;

    /// <summary>Whether the shared dimension is known to be below the others.</summary>
    public static bool IsSmall(Dimension shared, (Dimension Rows, Dimension Columns) a, (Dimension Rows, Dimension Columns) b)
    {
        Dimension inner = a.Rows.Matches(shared) ? a.Columns : a.Rows, outer = b.Columns.Matches(shared) ? b.Rows : b.Columns;
        return shared.Constant is { } rank && inner.Constant is { } inFeatures && outer.Constant is { } outFeatures && rank < inFeatures && rank < outFeatures;
    }

    /// <summary>What a member's name says: what is left without the role, 1 for A or 2 for B or 0, and whether it names low rank.</summary>
    private static (string Stem, int Role, bool IsExplicit) Role(string name)
    {
        string bare = name.TrimStart('_');
        string lower = bare.ToLowerInvariant();
        bool named = Hints(lower);
        foreach ((string ending, int role) in new[] { ("down", 1), ("up", 2), ("a", 1), ("b", 2) })
        {
            if (!lower.EndsWith(ending, StringComparison.Ordinal))
                continue;
            string stem = bare.Substring(0, bare.Length - ending.Length);
            bool isWord = stem.Length == 0 || stem[stem.Length - 1] == '_' || (char.IsUpper(bare[stem.Length]) && char.IsLower(stem[stem.Length - 1]));
            if (isWord)
                return (stem.ToLowerInvariant(), role, named);
        }

        foreach ((string beginning, int role) in new[] { ("down", 1), ("up", 2) })
        {
            if (lower.StartsWith(beginning, StringComparison.Ordinal) && named)
                return (lower.Substring(beginning.Length), role, named);
        }

        return ("", 0, false);
    }

    private static bool Hints(string name) => s_hints.Any(hint => name.IndexOf(hint, StringComparison.OrdinalIgnoreCase) >= 0);

    private bool CanHold(ISymbol member) => !member.IsStatic && TypeOf(member) is { } type
        && (IsTorchHolder(member) || TensorTypes.Is(type, types.Parameter) || types.IsToolkitTensor(type));

    private bool IsTorchHolder(ISymbol member) => !member.IsStatic && TypeOf(member) is { } type && (types.IsTorchTensor(type) || KnownTypes.DerivesFrom(type, types.TorchLinear)
        || (type is INamedTypeSymbol { Name: "Module" } && KnownTypes.DerivesFrom(type, types.TorchModule)));

    private static ITypeSymbol? TypeOf(ISymbol member) => member switch
    {
        IFieldSymbol field => field.Type,
        IPropertySymbol { IsIndexer: false } property => property.Type,
        _ => null,
    };

    private bool IsWeightName(ISymbol member)
    {
        string name = member.Name.TrimStart('_').ToLowerInvariant();
        if (name is "w" || name.Contains("weight") || name.StartsWith("base", StringComparison.Ordinal) || name.Contains("frozen") || name.Contains("pretrained") || name.Contains("original"))
            return true;
        return KnownTypes.DerivesFrom(TypeOf(member), types.TorchLinear);
    }
}
