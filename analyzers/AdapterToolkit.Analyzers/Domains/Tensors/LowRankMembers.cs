using System.Collections.Concurrent;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// Finds the factors and the frozen weight among the members of a class that was written by hand: a TorchSharp module with parameters or linear layers of its
/// own, or a class that holds parameters of the toolkit. Factors are told by their shapes, r x in and out x r, together with what the class does with them: A
/// starts at random and B at zero, their product is added to a weight's, or a weight of the product's shape is frozen beside them. Only <c>lora_A</c> and
/// <c>lora_B</c> are told by their names.
/// </summary>
/// <param name="types">The known types.</param>
/// <param name="bodies">The bodies of the compilation.</param>
/// <param name="shapeOf">Gives the shape that a member is made with; null where it is not known.</param>
internal sealed class LowRankMembers(TensorTypes types, Bodies bodies, Func<ISymbol, (Dimension Rows, Dimension Columns)?> shapeOf)
{
    private readonly ConcurrentDictionary<INamedTypeSymbol, LowRankPair[]> _ofTypes = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, LowRankPair[]> _ofMethods = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<INamedTypeSymbol, ClassCode> _code = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<INamedTypeSymbol, ClassTerms> _terms = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, bool> _weights = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, LowRankPair?> _pairs = new(SymbolEqualityComparer.Default);

    /// <summary>The pairs of factors among the members of a class.</summary>
    public IReadOnlyList<LowRankPair> PairsOf(INamedTypeSymbol type) => _ofTypes.GetOrAdd(type, Find);

    /// <summary>The pair that a member or parameter belongs to; null where it is no factor.</summary>
    public LowRankPair? PairWith(ISymbol symbol) => _pairs.GetOrAdd(symbol, FindPair);

    private LowRankPair? FindPair(ISymbol symbol) => symbol switch
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
        if (!FactorNames.NamesLowRank(local.Name) || !types.IsMatrix(local.Type))
            return null;
        foreach (ILocalSymbol other in others)
        {
            if (!types.IsMatrix(other.Type))
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
        types.TorchModule is not null && bodies.Declares(member) && IsTorchHolder(member)
            && _weights.GetOrAdd(member.OriginalDefinition, FindWeight);

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

    /// <summary>Whether a layer that a member holds passes on what it is given.</summary>
    public bool PassesOn(ISymbol member) =>
        member is IFieldSymbol or IPropertySymbol && bodies.Declares(member) && TermsOf(member.ContainingType).PassesOn(member);

    /// <summary>The dimension that the shapes of two factors share, r x in and out x r, or in x r and r x out; null where they have none.</summary>
    public static Dimension? SharedDimension((Dimension Rows, Dimension Columns) a, (Dimension Rows, Dimension Columns) b) =>
        a.Rows.Matches(b.Columns) ? a.Rows : a.Columns.Matches(b.Rows) ? a.Columns : null;

    /// <summary>The code of a class.</summary>
    public ClassCode CodeOf(INamedTypeSymbol type) => _code.GetOrAdd(type, owner => new ClassCode((INamedTypeSymbol)owner, bodies));

    private ClassTerms TermsOf(INamedTypeSymbol type) =>
        _terms.GetOrAdd(type.OriginalDefinition, owner => new ClassTerms((INamedTypeSymbol)owner, CodeOf((INamedTypeSymbol)owner), types, bodies));

    private LowRankPair[] Find(INamedTypeSymbol type)
    {
        if (!bodies.Declares(type))
            return [];
        ISymbol[] members = [.. type.GetMembers().Where(member => !member.IsImplicitlyDeclared && CanHold(member))];
        if (members.Length < 2)
            return [];
        List<LowRankPair> pairs = [];
        foreach (ISymbol a in members.Where(member => FactorNames.RoleOf(member.Name).Role == 1))
        {
            foreach (ISymbol b in members.Where(member => FactorNames.ArePair(a.Name, member.Name) && !Contradict(a, member)))
                pairs.Add(new LowRankPair(a, b, IsNamed: true, RankOf(a, b)));
        }

        ISymbol[] rest = [.. members.Where(member => !pairs.Any(pair => pair.Contains(member)))];
        pairs.AddRange(PairsByShape(type, [.. rest.Select(member => (member, shapeOf(member))).Where(entry => entry.Item2 is not null)
            .Select(entry => (entry.member, entry.Item2!.Value))]));
        return [.. pairs];
    }

    /// <summary>Whether the shapes of two members, where they are known, are not those of factors.</summary>
    private bool Contradict(ISymbol a, ISymbol b) =>
        shapeOf(a) is { } shapeA && shapeOf(b) is { } shapeB
            && (SharedDimension(shapeA, shapeB) is null || shapeA.Rows.Matches(shapeA.Columns) || shapeB.Rows.Matches(shapeB.Columns));

    private Dimension? RankOf(ISymbol a, ISymbol b) => shapeOf(a) is { } shapeA && shapeOf(b) is { } shapeB ? SharedDimension(shapeA, shapeB) : null;

    /// <summary>
    /// The pairs among members of known shapes that nothing but their shapes and what the class does with them tells. A member that fits several others belongs
    /// to the one that it is multiplied with.
    /// </summary>
    private IEnumerable<LowRankPair> PairsByShape(INamedTypeSymbol type, (ISymbol Member, (Dimension Rows, Dimension Columns) Shape)[] members)
    {
        List<LowRankPair> found = [];
        for (int i = 0; i < members.Length; i++)
        {
            for (int j = 0; j < members.Length; j++)
            {
                if (i != j && Fit(members[i].Shape, members[j].Shape) is { } rank
                    && !found.Any(pair => pair.Contains(members[i].Member) && pair.Contains(members[j].Member))
                    && Pair(type, members[i], members[j], rank) is { } pair)
                    found.Add(pair);
            }
        }

        return found.Where(pair => found.Count(other => other.Contains(pair.A) || other.Contains(pair.B)) == 1
            || (TermsOf(type).AreMultiplied(pair.A, pair.B)
                && !found.Any(other => !other.Equals(pair) && (other.Contains(pair.A) || other.Contains(pair.B))
                    && TermsOf(type).AreMultiplied(other.A, other.B))));
    }

    /// <summary>The dimension that r x in and out x r share, of fewer numbers than out x in, as far as can be told; null where they don't.</summary>
    private static Dimension? Fit((Dimension Rows, Dimension Columns) first, (Dimension Rows, Dimension Columns) second) =>
        first.Rows.Matches(second.Columns) && !first.Rows.Matches(first.Columns) && !second.Rows.Matches(second.Columns)
            && Dimension.MaySaveNumbers(first.Rows, second.Rows, first.Columns) ? first.Rows : null;

    /// <summary>Two members as a pair, where the class shows that they are the factors of an adapter.</summary>
    private LowRankPair? Pair(INamedTypeSymbol type, (ISymbol Member, (Dimension Rows, Dimension Columns) Shape) first,
        (ISymbol Member, (Dimension Rows, Dimension Columns) Shape) second, Dimension rank)
    {
        ClassTerms terms = TermsOf(type);
        (ISymbol a, ISymbol b) = (first.Member, second.Member);
        (Start startA, Start startB) = (terms.StartOf(a), terms.StartOf(b));
        bool startsAtZero = startA == Start.Random && startB == Start.Zero;
        if (startA == Start.Zero && startB == Start.Random && !IsLayer(a) && !IsLayer(b))
            (a, b, startsAtZero) = (b, a, true);
        LowRankPair pair = new(a, b, IsNamed: false, rank) { StartsAtZero = startsAtZero };
        bool hasWeight = HoldersBeside(type, pair).Any(member => MayFit(member, pair) && (terms.IsFrozen(member) || terms.AreChainedBeside(a, b, member)))
            || terms.AreAddedTo(a, b, type);
        return startsAtZero || hasWeight ? pair : null;
    }

    private bool IsLayer(ISymbol member) => KnownTypes.DerivesFrom(TypeOf(member), types.TorchLinear);

    private IEnumerable<ISymbol> HoldersBeside(INamedTypeSymbol type, LowRankPair pair) =>
        KnownTypes.SelfAndBases(type).Where(bodies.Declares).SelectMany(owner => owner.GetMembers())
            .Where(member => !member.IsImplicitlyDeclared && IsTorchHolder(member) && !pair.Contains(member));

    /// <summary>
    /// A weight is frozen that the class freezes, or to whose term it adds that of an adapter. Factors that start elsewhere, and do not have PEFT's names,
    /// are an adapter only beside a weight that is frozen.
    /// </summary>
    private bool FindWeight(ISymbol member) =>
        PairWith(member) is null && PairsOf(member.ContainingType).Any(pair => MayFit(member, pair) && TermsOf(member.ContainingType) is var terms
            && (terms.IsFrozen(member) || ((pair.IsNamed || pair.StartsAtZero) && terms.AreAddedTo(pair.A, pair.B, member))));

    private LowRankPair[] FindParameters(IMethodSymbol method)
    {
        IParameterSymbol[] candidates =
            [.. method.Parameters.Where(parameter => FactorNames.NamesLowRank(parameter.Name) && types.IsMatrix(parameter.Type))];
        return
        [
            .. from a in candidates
               from b in candidates
               where FactorNames.ArePair(a.Name, b.Name)
               select new LowRankPair(a, b, IsNamed: true),
        ];
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
        && (IsHolder(type) || IsHolder(ElementOf(type)) || (types.IsMatrix(type) && FactorNames.NamesLowRank(member.Name)));

    /// <summary>Whether a member is a collection of what can hold a factor.</summary>
    public bool IsCollection(ISymbol member) => TypeOf(member) is { } type && !IsHolder(type) && IsHolder(ElementOf(type));

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
}
