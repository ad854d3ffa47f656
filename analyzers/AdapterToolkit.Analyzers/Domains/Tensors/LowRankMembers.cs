using System.Collections.Concurrent;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// Finds the factors and the frozen weight among the members of a class that was written by hand: a TorchSharp module with
/// parameters or linear layers of its own, or a class that holds parameters of the toolkit. Factors are told by their names
/// together with shapes r x in and out x r. Variables of methods are told by names that speak of an adapter.
/// </summary>
/// <param name="types">The known types.</param>
/// <param name="shapeOf">Gives the shape that a member is made with; null where it is not known.</param>
internal sealed class LowRankMembers(TensorTypes types, Func<ISymbol, (Dimension Rows, Dimension Columns)?> shapeOf)
{
    private readonly ConcurrentDictionary<INamedTypeSymbol, LowRankPair[]> _ofTypes = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, LowRankPair[]> _ofMethods = new(SymbolEqualityComparer.Default);

    /// <summary>The pairs of factors among the members of a class.</summary>
    public IReadOnlyList<LowRankPair> PairsOf(INamedTypeSymbol type) => _ofTypes.GetOrAdd(type, Find);

    /// <summary>The pair that a member or parameter belongs to; null where it is no factor.</summary>
    public LowRankPair? PairWith(ISymbol symbol) => symbol switch
    {
        IParameterSymbol { ContainingSymbol: IMethodSymbol method } parameter => types.IsMatrix(parameter.Type)
            ? _ofMethods.GetOrAdd(method, FindParameters).FirstOrDefault(pair => pair.Contains(symbol))
            : null,
        IFieldSymbol or IPropertySymbol when symbol.ContainingType is { } type && CanHold(symbol) =>
            PairsOf(type).FirstOrDefault(pair => pair.Contains(symbol)),
        _ => null,
    };

    /// <summary>The pair that a local belongs to; null where it is no factor.</summary>
    /// <param name="local">The local.</param>
    /// <param name="others">The locals that it can be paired with.</param>
    public LowRankPair? PairWith(ILocalSymbol local, IEnumerable<ILocalSymbol> others)
    {
        if (!FactorNames.NamesAdapter(local.Name) || !types.IsMatrix(local.Type))
            return null;
        foreach (ILocalSymbol other in others)
        {
            if (!FactorNames.NamesAdapter(other.Name) || !types.IsMatrix(other.Type))
                continue;
            if (FactorNames.ArePair(local.Name, other.Name))
                return new LowRankPair(local, other, IsNamed: true);
            if (FactorNames.ArePair(other.Name, local.Name))
                return new LowRankPair(other, local, IsNamed: true);
        }

        return null;
    }

    /// <summary>Whether a member is the frozen weight of a class that has factors: W itself, or the layer around it.</summary>
    public bool IsFrozenWeight(ISymbol member) =>
        types.TorchModule is not null && member.ContainingType is { } type && IsTorchHolder(member) && PairWith(member) is null
        && PairsOf(type).Any(pair => (HasWeightName(member) || (pair.IsNamed && KnownTypes.DerivesFrom(TypeOf(member), types.TorchLinear)))
            && MayFit(member, pair));

    /// <summary>Whether a class has a frozen weight beside its factors.</summary>
    public bool HasFrozenWeight(INamedTypeSymbol type) =>
        type.GetMembers().Any(IsFrozenWeight) || type.BaseType is { } parent && (types.TorchLinear is { } linear && KnownTypes.DerivesFrom(parent, linear));

    /// <summary>Whether a class written by hand holds a frozen weight beside its factors itself.</summary>
    public bool HasOwnWeight(INamedTypeSymbol type) => PairsOf(type).Count > 0 && type.GetMembers().Any(IsFrozenWeight);

    /// <summary>The members of a class that are parameters, of which two multiply to a matrix of low rank whatever they are called.</summary>
    public IEnumerable<ISymbol> TrainedIn(INamedTypeSymbol type)
    {
        ISymbol[] members = [.. type.GetMembers().Where(member => !member.IsImplicitlyDeclared && TypeOf(member) is { } held
            && (TensorTypes.Is(held, types.Parameter) || types.IsTorchTensor(held)))];
        if (members.Length < 2)
            return [];
        (ISymbol Member, (Dimension Rows, Dimension Columns) Shape)[] shaped =
            [.. members.Select(member => (Member: member, Shape: shapeOf(member))).Where(entry => entry.Shape is not null)
                .Select(entry => (entry.Member, entry.Shape!.Value))];
        return shaped.Where(left => shaped.Any(right => !SymbolEqualityComparer.Default.Equals(left.Member, right.Member)
            && SharedDimension(left.Shape, right.Shape) is not null)).Select(entry => entry.Member);
    }

    /// <summary>The dimension that the shapes of two factors share, r x in and out x r, or in x r and r x out; null where they have none.</summary>
    public static Dimension? SharedDimension((Dimension Rows, Dimension Columns) a, (Dimension Rows, Dimension Columns) b) =>
        a.Rows.Matches(b.Columns) ? a.Rows : a.Columns.Matches(b.Rows) ? a.Columns : null;

    private LowRankPair[] Find(INamedTypeSymbol type)
    {
        if (type.DeclaringSyntaxReferences.Length == 0)
            return [];
        ISymbol[] members = [.. type.GetMembers().Where(member => !member.IsImplicitlyDeclared && FactorNames.RoleOf(member.Name).Role > 0 && CanHold(member))];
        return
        [
            .. from a in members
               from b in members
               where FactorNames.ArePair(a.Name, b.Name) && ArePair(a, b, type)
               select new LowRankPair(a, b, FactorNames.NamesAdapter(type.Name) || (FactorNames.NamesAdapter(a.Name) && FactorNames.NamesAdapter(b.Name))),
        ];
    }

    private LowRankPair[] FindParameters(IMethodSymbol method)
    {
        bool isNamed = method.Name.IndexOf("lora", StringComparison.OrdinalIgnoreCase) >= 0;
        IParameterSymbol[] candidates = [.. method.Parameters.Where(parameter => FactorNames.RoleOf(parameter.Name).Role > 0
            && (isNamed || FactorNames.NamesAdapter(parameter.Name)) && types.IsMatrix(parameter.Type))];
        return
        [
            .. from a in candidates
               from b in candidates
               where FactorNames.ArePair(a.Name, b.Name)
               select new LowRankPair(a, b, IsNamed: true),
        ];
    }

    private bool ArePair(ISymbol a, ISymbol b, INamedTypeSymbol type)
    {
        bool hinted = (FactorNames.NamesLowRank(a.Name) && FactorNames.NamesLowRank(b.Name)) || FactorNames.NamesLowRank(type.Name)
            || type.GetMembers()
                .Any(member => member.Name.TrimStart('_').ToLowerInvariant() is "rank" or "lorarank" or "lora_rank" or "lora_alpha" or "loraalpha")
            || type.InstanceConstructors.Any(constructor => constructor.Parameters.Any(parameter => parameter.Name is "rank" or "r" or "loraRank"));
        if (shapeOf(a) is not { } shapeA || shapeOf(b) is not { } shapeB)
            return hinted;
        Dimension? shared = SharedDimension(shapeA, shapeB);
        if (shared is null || shapeA.Rows.Matches(shapeA.Columns) || shapeB.Rows.Matches(shapeB.Columns))
            return false;
        return hinted || shared.IsCalledRank || Dimension.SavesNumbers(shared, Other(shapeA, shared), Other(shapeB, shared));
    }

    /// <summary>Whether a member can be the weight that a pair of factors is added to: its shape, where that is known in numbers, is the product's.</summary>
    private bool MayFit(ISymbol member, LowRankPair pair)
    {
        if (shapeOf(member) is not { } shape || shapeOf(pair.A) is not { } a || shapeOf(pair.B) is not { } b || SharedDimension(a, b) is not { } shared)
            return true;
        Dimension inner = Other(a, shared), outer = Other(b, shared);
        return (MayMatch(shape.Rows, outer) && MayMatch(shape.Columns, inner)) || (MayMatch(shape.Rows, inner) && MayMatch(shape.Columns, outer));
    }

    private static bool MayMatch(Dimension left, Dimension right) => left.Constant is null || right.Constant is null || left.Matches(right);

    private static Dimension Other((Dimension Rows, Dimension Columns) shape, Dimension shared) => shape.Rows.Matches(shared) ? shape.Columns : shape.Rows;

    private bool CanHold(ISymbol member) => !member.IsStatic && TypeOf(member) is { } type
        && (IsHolder(type) || IsHolder(ElementOf(type)) || (types.IsMatrix(type) && FactorNames.NamesAdapter(member.Name)));

    /// <summary>The type of a collection's elements; null for other types.</summary>
    private ITypeSymbol? ElementOf(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => array.ElementType,
        INamedTypeSymbol { Name: "ParameterDict" or "ParameterList" } when types.IsOfTorch(type) => types.TorchParameter,
        INamedTypeSymbol { TypeArguments: { Length: > 0 } arguments } named when named.AllInterfaces.Any(inherited => inherited.Name == "IEnumerable") =>
            arguments[arguments.Length - 1],
        _ => null,
    };

    private bool IsHolder(ITypeSymbol? type) => type is not null && (TensorTypes.Is(type, types.Parameter) || types.IsToolkitTensor(type) || IsTorch(type));

    private bool IsTorchHolder(ISymbol member) => !member.IsStatic && TypeOf(member) is { } type && IsTorch(type);

    private bool IsTorch(ITypeSymbol type) => types.IsTorchTensor(type) || KnownTypes.DerivesFrom(type, types.TorchLinear)
        || (type is INamedTypeSymbol { Name: "Module" } && KnownTypes.DerivesFrom(type, types.TorchModule));

    private static ITypeSymbol? TypeOf(ISymbol member) => member switch
    {
        IFieldSymbol field => field.Type,
        IPropertySymbol { IsIndexer: false } property => property.Type,
        _ => null,
    };

    private static bool HasWeightName(ISymbol member)
    {
        string name = member.Name.TrimStart('_').ToLowerInvariant();
        return name is "w" || name.Contains("weight") || name.StartsWith("base", StringComparison.Ordinal)
            || name.Contains("frozen") || name.Contains("pretrained") || name.Contains("original");
    }
}
