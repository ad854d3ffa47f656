using System.Collections.Concurrent;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>Tells how the weights of models and layers are held that reach a body from outside. What it finds out is kept.</summary>
/// <param name="types">The types that merge.</param>
internal sealed class HeldAnalysis(MergeTypes types)
{
    /// <summary>How many bodies lie around the innermost one that is followed.</summary>
    public const int MostDepth = 4;

    /// <summary>The value that stands for weights that are held as they are marked, which options have where they are given no other.</summary>
    public const int StorageAsMarked = 0;

    private readonly INamedTypeSymbol? _storage = types.Find(RuntimeNames.WeightStorage);
    private readonly INamedTypeSymbol? _loadOptions = types.Find(RuntimeNames.LoadOptions);
    // What is found out depends on how many bodies lie around, and on nothing that was found out before.
    private readonly ConcurrentDictionary<ISymbol, Held?>[] _members = ForEachDepth();
    private readonly ConcurrentDictionary<ISymbol, Held?>[] _parameters = ForEachDepth();
    private readonly ConcurrentDictionary<ITypeSymbol, Held?> _types = new(SymbolEqualityComparer.Default);
    private readonly Lazy<StorageUses> _uses = new(() => new StorageUses(types.Compilation));

    /// <summary>The types that merge.</summary>
    public MergeTypes Types => types;

    /// <summary>The value that stands for dense weights.</summary>
    public int? DenseStorage => _storage?.GetMembers(RuntimeNames.Members.Dense).OfType<IFieldSymbol>().FirstOrDefault()?.ConstantValue as int?;

    /// <summary>Whether a type is that of ways to hold weights.</summary>
    public bool IsStorage(ITypeSymbol? type) => type is not null && _storage is not null && SymbolEqualityComparer.Default.Equals(type, _storage);

    /// <summary>Whether a type is that of options, one of which says how to hold weights.</summary>
    public bool IsLoadOptions(ITypeSymbol? type) => type is not null && _loadOptions is not null && SymbolEqualityComparer.Default.Equals(type, _loadOptions);

    /// <summary>Runs a body that the compiler hands over.</summary>
    public HeldResult Run(ControlFlowGraph graph, ISymbol symbol, CancellationToken cancellation) =>
        new HeldFlow(this, graph, symbol.ContainingType, 0, cancellation).Run(HeldState.Empty);

    /// <summary>Runs a method of the compilation as called; null where it can't be followed.</summary>
    public HeldResult? Run(ISymbol method, HeldState given, int depth, CancellationToken cancellation) =>
        depth < MostDepth && types.GraphOf(method, cancellation) is { } graph
            ? new HeldFlow(this, graph, method.ContainingType, depth + 1, cancellation).Run(given)
            : null;

    /// <summary>Whether the result of a method of the compilation depends on its body.</summary>
    public bool MayTell(IMethodSymbol method) => method.DeclaringSyntaxReferences.Length > 0
        && (IsStorage(method.ReturnType) || method.ReturnType.SpecialType == SpecialType.System_Int32 || types.Known.IsModule(method.ReturnType)
            || MayHoldWeights(method.ReturnType));

    /// <summary>
    /// The bits in which a layer, or that of a model's layers with an adapter that takes the fewest, stores its weight; null where all are dense.
    /// </summary>
    public Held? OfType(ITypeSymbol type) =>
        _types.GetOrAdd(type, BitsOf);

    /// <summary>Where what a member holds is kept: the property of which it is the field, or itself.</summary>
    public static ISymbol StoreOf(ISymbol member) => (member is IFieldSymbol { AssociatedSymbol: { } property } ? property : member).OriginalDefinition;

    /// <summary>What a member of the compilation was given anywhere in its class, or what its getter returns.</summary>
    public Held? OfMember(ISymbol member, int depth, CancellationToken cancellation)
    {
        member = StoreOf(member);
        if (member.DeclaringSyntaxReferences.Length == 0 || member.ContainingType is not { } owner || !MayTell(member))
            return null;
        if (depth >= MostDepth)
            return Held.Unknown;
        if (_members[depth].TryGetValue(member, out Held? known))
            return known;
        if (ParameterOf(member, owner, cancellation) is { } parameter)
            return _members[depth][member] = OfParameter(parameter, depth, cancellation);
        if (member is IPropertySymbol { GetMethod: { } getter } && types.GraphOf(getter, cancellation) is not null)
            return _members[depth][member] = Run(getter, HeldState.Empty, depth, cancellation)?.Returned;
        List<Held?> given = [];
        foreach (ISymbol writer in Writers(member, owner, cancellation))
        {
            if (Run(writer, HeldState.Empty, depth, cancellation) is not { } result)
                continue;
            given.AddRange(result.Stores.Where(store => SymbolEqualityComparer.Default.Equals(store.Member, member)).Select(store => store.Held));
        }

        return _members[depth][member] = given.Count == 0 ? null : given.Aggregate(Held.Join);
    }

    /// <summary>What the callers of a method of the compilation give it, where its type does not say it, or one of them could give dense weights.</summary>
    public Held? OfParameter(IParameterSymbol parameter, int depth, CancellationToken cancellation)
    {
        if (parameter.ContainingSymbol is not IMethodSymbol { DeclaringSyntaxReferences.Length: > 0 } method
            || method.MethodKind is MethodKind.AnonymousFunction or MethodKind.LocalFunction
            || !MayHoldWeights(parameter.Type) || (OfType(parameter.Type) is not null && !_uses.Value.NamesDense))
            return null;
        parameter = parameter.OriginalDefinition;
        if (depth >= MostDepth)
            return Held.Unknown;
        if (_parameters[depth].TryGetValue(parameter, out Held? known))
            return known;
        Held? joined = null;
        bool isCalled = false;
        foreach (SyntaxNode call in _uses.Value.CallsOf(method))
        {
            cancellation.ThrowIfCancellationRequested();
            if (types.ArgumentOf(call, parameter, cancellation) is not { } argument || types.BodyAround(call, cancellation) is not { } body
                || Run(body, HeldState.Empty, depth, cancellation) is not { } result)
                continue;
            result.Arguments.TryGetValue(argument, out Held? held);
            joined = isCalled ? Held.Join(joined, held) : held;
            isCalled = true;
        }

        return _parameters[depth][parameter] = joined;
    }

    /// <summary>Whether an object of a type can hold a model or layer, or is one: a trainer, a collection, or what goes through one.</summary>
    public bool MayHoldWeights(ITypeSymbol? type) => type switch
    {
        null => false,
        IArrayTypeSymbol array => MayHoldWeights(array.ElementType),
        INamedTypeSymbol { TypeKind: not TypeKind.Delegate } named => types.Known.IsModule(named) || types.IsTrainer(named)
            || named.TypeArguments.Any(MayHoldWeights) || MayHoldWeights(named.ContainingType)
            || (named.IsAnonymousType && named.GetMembers().OfType<IPropertySymbol>().Any(property => MayHoldWeights(property.Type))),
        _ => types.Known.IsModule(type),
    };

    private static ConcurrentDictionary<ISymbol, Held?>[] ForEachDepth() =>
        [.. Enumerable.Range(0, MostDepth).Select(_ => new ConcurrentDictionary<ISymbol, Held?>(SymbolEqualityComparer.Default))];

    private bool MayTell(ISymbol member) => member switch
    {
        IFieldSymbol field => MayHoldWeights(field.Type) || field is { IsReadOnly: true, Type.SpecialType: SpecialType.System_Int32 } || IsStorage(field.Type),
        IPropertySymbol property => MayHoldWeights(property.Type) || IsStorage(property.Type),
        _ => false,
    };


    /// <summary>The parameter of a record that a property is declared by; null for any other member.</summary>
    private static IParameterSymbol? ParameterOf(ISymbol member, INamedTypeSymbol owner, CancellationToken cancellation) =>
        member.DeclaringSyntaxReferences is [{ } declaration] && declaration.GetSyntax(cancellation) is ParameterSyntax
            ? owner.InstanceConstructors.SelectMany(constructor => constructor.Parameters)
                .FirstOrDefault(parameter => parameter.DeclaringSyntaxReferences is [{ } own]
                    && own.Span == declaration.Span && own.SyntaxTree == declaration.SyntaxTree)
            : null;

    /// <summary>The initializer of a member, and the methods of its class that assign it.</summary>
    private IEnumerable<ISymbol> Writers(ISymbol member, INamedTypeSymbol owner, CancellationToken cancellation)
    {
        if (member.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax(cancellation) is VariableDeclaratorSyntax { Initializer: not null }
            or PropertyDeclarationSyntax { Initializer: not null }))
            yield return member;
        HashSet<ISymbol> seen = new(SymbolEqualityComparer.Default);
        foreach (SyntaxReference reference in owner.DeclaringSyntaxReferences)
        {
            foreach (SyntaxNode node in reference.GetSyntax(cancellation).DescendantNodes())
            {
                if (NameOf(ChangedBy(node)) == member.Name && types.BodyAround(node, cancellation) is { } body && seen.Add(body))
                    yield return body;
            }
        }
    }

    /// <summary>What an assignment, or a call that adds to a collection, may change; null for any other node.</summary>
    private static ExpressionSyntax? ChangedBy(SyntaxNode node) => node switch
    {
        AssignmentExpressionSyntax { Left: ElementAccessExpressionSyntax { Expression: var indexed } } => indexed,
        AssignmentExpressionSyntax { Left: var target } => target,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: var instance, Name.Identifier.ValueText: var name } }
            when SystemCalls.AddElements(name) => instance,
        _ => null,
    };

    private static string? NameOf(ExpressionSyntax? expression) => expression switch
    {
        SimpleNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name: var name } => name.Identifier.ValueText,
        _ => null,
    };

    private Held? BitsOf(ITypeSymbol type)
    {
        int? fewest = null;
        bool isEach = true;
        foreach ((ITypeSymbol part, _) in types.PartsOf(type))
        {
            if (!KnownTypes.SelfAndBases(part).Any(current => KnownTypes.HasAttribute(current, RuntimeNames.LowRankAttribute)))
                continue;
            int? bits = null;
            foreach (ITypeSymbol current in KnownTypes.SelfAndBases(part).Where(current => KnownTypes.HasAttribute(current, RuntimeNames.LowRankAttribute)))
            {
                if (KnownTypes.Attributes(current, RuntimeNames.QuantizedAttribute).FirstOrDefault()?.ConstructorArguments is [{ Value: int marked }, ..])
                    bits = bits is null || marked < bits ? marked : bits;
            }

            isEach &= bits < LossyMerges.FewestBitsThatKeepAnAdapter;
            if (bits is not null && (fewest is null || bits < fewest))
                fewest = bits;
        }

        return fewest is { } found ? Held.In(found, isEach) : null;
    }
}
