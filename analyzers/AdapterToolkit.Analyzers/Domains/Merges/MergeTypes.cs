using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>The toolkit's types that merge or use an adapter, as a compilation sees them, and the bodies of the compilation that do so.</summary>
internal sealed class MergeTypes
{
    // The rules about merges share the bodies that they read.
    private static readonly ConditionalWeakTable<Compilation, MergeTypes> s_known = new();

    private readonly INamedTypeSymbol? _linear;
    private readonly INamedTypeSymbol? _module;
    private readonly INamedTypeSymbol? _model;
    private readonly INamedTypeSymbol? _root;
    private readonly INamedTypeSymbol? _adapter;
    private readonly INamedTypeSymbol? _trainer;
    private readonly INamedTypeSymbol? _trainerOfBatches;
    private readonly INamedTypeSymbol? _checkpoint;
    private readonly INamedTypeSymbol? _format;
    private readonly Bodies _bodies;
    private readonly MergeNames _names;
    private readonly BodyReach _reach;
    private readonly ConcurrentDictionary<ISymbol, AdapterUse> _uses = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<INamedTypeSymbol, MergeState> _constructed = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<INamedTypeSymbol, bool> _holding = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, bool> _merging = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<(IMethodSymbol Method, string Member), bool> _changing = new();
    private readonly ConcurrentDictionary<ISymbol, bool> _unchanged = new(SymbolEqualityComparer.Default);

    private MergeTypes(Compilation compilation)
    {
        Compilation = compilation;
        Known = KnownTypes.Of(compilation);
        Targets = CallTargets.Of(compilation);
        Failures = new ExpectedFailure(compilation);
        _linear = Find(RuntimeNames.Linear);
        _module = Find(RuntimeNames.Module);
        _model = Find(RuntimeNames.LanguageModel);
        _root = Find(RuntimeNames.Model);
        _adapter = Find(RuntimeNames.LowRankAdapter);
        _trainer = Find(RuntimeNames.Trainer);
        _trainerOfBatches = Find(RuntimeNames.Trainer + "`1");
        _checkpoint = Find(RuntimeNames.TrainingCheckpoint);
        _format = Find(RuntimeNames.WeightFormat);
        _bodies = Bodies.Of(compilation);
        _names = new MergeNames(compilation);
        _reach = new BodyReach(this);
        Leading = new LeadingTypes(Targets, _bodies, _linear?.ContainingAssembly, IsSource);
    }

    /// <summary>The toolkit's types that modules are made of.</summary>
    public KnownTypes Known { get; }

    /// <summary>Which bodies calls can run.</summary>
    public CallTargets Targets { get; }

    /// <summary>From which types one can come to what merges.</summary>
    public LeadingTypes Leading { get; }

    /// <summary>Which calls run functions to see them fail.</summary>
    public ExpectedFailure Failures { get; }

    /// <summary>The compilation.</summary>
    public Compilation Compilation { get; }

    /// <summary>Whether the compilation references the toolkit.</summary>
    public bool AreThere => _linear is not null && _model is not null;

    /// <summary>Whether the compilation is the toolkit itself, which merges layer by layer behind these methods.</summary>
    public bool IsToolkit => SymbolEqualityComparer.Default.Equals(_linear?.ContainingAssembly, Compilation.Assembly);

    /// <summary>Whether some code of the compilation may merge.</summary>
    public bool IsUsed => _names.NameMerges;

    /// <summary>Those of a compilation.</summary>
    public static MergeTypes Of(Compilation compilation) => s_known.GetValue(compilation, static compilation => new MergeTypes(compilation));

    /// <summary>Whether the compilation declares a symbol, rather than a library or another project.</summary>
    public bool Declares(ISymbol symbol) => _bodies.Declares(symbol);

    /// <summary>A type of the toolkit, by its name in emitted text.</summary>
    public INamedTypeSymbol? Find(string name) => Compilation.GetTypeByMetadataName(RuntimeNames.InMetadata(name));

    /// <summary>What a member does with an adapter, or one that it overrides.</summary>
    public AdapterUse UseOf(ISymbol member)
    {
        member = (member is IMethodSymbol { ReducedFrom: { } whole } ? whole : member).OriginalDefinition;
        while (member is IMethodSymbol { OverriddenMethod: { } method })
            member = method.OriginalDefinition;
        while (member is IPropertySymbol { OverriddenProperty: { } property })
            member = property.OriginalDefinition;
        return IsOfToolkit(member) ? _uses.GetOrAdd(member, Read) : AdapterUse.None;
    }

    /// <summary>Whether a call is a merge.</summary>
    public bool IsMerge(IInvocationOperation call) => UseOf(call.TargetMethod) is AdapterUse.Merge or AdapterUse.MergeTo or AdapterUse.MergeToBaseType;

    /// <summary>Whether a type is a trainer: that of language models, or the one for any objective.</summary>
    public bool IsTrainer(ITypeSymbol? type) => Is(type, _trainer) || Is(type, _trainerOfBatches);

    /// <summary>Whether a type is that of a layer with a weight, or a type parameter that stands for one.</summary>
    public bool IsLayer(ITypeSymbol type) =>
        type is ITypeParameterSymbol parameter ? parameter.ConstraintTypes.Any(IsLayer) : KnownTypes.DerivesFrom(type, _linear);

    /// <summary>Whether a method is one of the compilation whose body may merge, or use an adapter.</summary>
    public bool MayUseAdapter(IMethodSymbol method, CancellationToken cancellation)
    {
        method = Bodies.DefinitionOf(method);
        return Declares(method)
            && _merging.GetOrAdd(
                method,
                method => method.DeclaringSyntaxReferences.Any(reference => _names.MayUseAdapter(reference.GetSyntax(cancellation), cancellation)))
            && _reach.UsesAdapter(method, cancellation);
    }

    /// <summary>Whether a body of the compilation that a call of a method can run may change what a member holds, or what it holds in turn.</summary>
    public bool MayChange(IMethodSymbol method, ISymbol member, CancellationToken cancellation)
    {
        method = Bodies.DefinitionOf(method);
        return _changing.GetOrAdd((method, member.Name), _ => Targets.Of(method).Add(method).Any(target =>
            target.DeclaringSyntaxReferences.Any(reference => _names.MayName(member.Name, reference.GetSyntax(cancellation), cancellation))
                && _reach.Names(member.Name, target, cancellation)));
    }

    /// <summary>Whether a body, or one that it can run, uses an adapter, or a function that may.</summary>
    public bool UsesAdapter(ISymbol body, CancellationToken cancellation) => _reach.UsesAdapter(body, cancellation);

    /// <summary>Whether a loop takes merges back, or calls a method of the compilation that may.</summary>
    public bool TakesBack(SyntaxNode loop, CancellationToken cancellation) => MergeNames.MayTakeBack(loop).Any(name =>
        _bodies.ModelOf(loop.SyntaxTree).GetSymbolInfo(name, cancellation).Symbol is IMethodSymbol method
            && (UseOf(method) is AdapterUse.Unmerge or AdapterUse.Replace
                || method.DeclaringSyntaxReferences.Any(reference => _names.MayTakeBack(reference.GetSyntax(cancellation), cancellation))));

    /// <summary>What an object of a class holds from its making on, whatever is done with it later.</summary>
    public MergeState ConstructedStateOf(INamedTypeSymbol type, CancellationToken cancellation) =>
        _constructed.GetOrAdd(type.OriginalDefinition, type => MergeFlow.Construct(this, type, cancellation));

    /// <summary>Whether the objects of a class hold delegates, which its methods may call.</summary>
    public bool HoldsFunctions(INamedTypeSymbol type) => _holding.GetOrAdd(type.OriginalDefinition, static type =>
        type.GetMembers().Any(member => member is IFieldSymbol { Type.TypeKind: TypeKind.Delegate } or IEventSymbol)
            || type.InstanceConstructors.Any(constructor => constructor.Parameters.Any(parameter => parameter.Type.TypeKind == TypeKind.Delegate)));

    /// <summary>Whether a member holds for good what it is given where its object is made.</summary>
    public bool IsFixed(ISymbol member) => member switch
    {
        IFieldSymbol { IsReadOnly: true } or IPropertySymbol { SetMethod: null } => true,
        IEventSymbol or IParameterSymbol or IFieldSymbol { Type.TypeKind: TypeKind.Delegate } => IsUnchanged(member),
        _ => false,
    };

    /// <summary>Whether nothing outside of constructors gives a member, or an element of what it holds, something else.</summary>
    public bool IsUnchanged(ISymbol member) => _unchanged.GetOrAdd(member, member => !_names.Replacing(member.Name)
        .Any(target => SymbolEqualityComparer.Default.Equals(_bodies.ModelOf(target.SyntaxTree).GetSymbolInfo(target).Symbol?.OriginalDefinition, member)));

    /// <summary>The body of a method of the compilation, or the initializer of a field or property; null where it has none.</summary>
    public ControlFlowGraph? GraphOf(ISymbol symbol, CancellationToken cancellation) => _bodies.GraphOf(symbol, cancellation);

    /// <summary>The operation of an expression.</summary>
    public IOperation? OperationOf(SyntaxNode node, CancellationToken cancellation) => _bodies.OperationOf(node, cancellation);

    /// <summary>The method, or the field or property with an initializer, in whose body an expression stands.</summary>
    public ISymbol? BodyAround(SyntaxNode expression, CancellationToken cancellation)
    {
        ISymbol? symbol = _bodies.ModelOf(expression.SyntaxTree).GetEnclosingSymbol(expression.SpanStart, cancellation);
        while (symbol is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction or MethodKind.LocalFunction })
            symbol = symbol.ContainingSymbol;
        return symbol is IFieldSymbol { AssociatedSymbol: { } property } ? property : symbol;
    }

    /// <summary>
    /// The argument that a call gives a parameter, or that hands on the method of the parameter; null where it calls something else, or leaves the
    /// parameter out.
    /// </summary>
    public SyntaxNode? ArgumentOf(SyntaxNode call, IParameterSymbol parameter, CancellationToken cancellation)
    {
        if (call is ArgumentSyntax argument)
        {
            return _bodies.ModelOf(call.SyntaxTree).GetSymbolInfo(argument.Expression, cancellation).Symbol is IMethodSymbol handed
                && CanRun(handed, parameter.ContainingSymbol) ? call : null;
        }

        (IMethodSymbol? called, ImmutableArray<IArgumentOperation> arguments) = _bodies.OperationOf(call, cancellation) switch
        {
            IInvocationOperation invocation => (invocation.TargetMethod, invocation.Arguments),
            IObjectCreationOperation creation => (creation.Constructor, creation.Arguments),
            _ => ((IMethodSymbol?)null, ImmutableArray<IArgumentOperation>.Empty),
        };
        return called is not null && CanRun(called, parameter.ContainingSymbol)
            ? arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == parameter.Ordinal)?.Syntax
            : null;
    }

    /// <summary>All module types that a module is made of, itself first.</summary>
    public IEnumerable<(ITypeSymbol Type, bool IsTrainable)> PartsOf(ITypeSymbol module)
    {
        SeenTypes seen = new();
        Stack<(ITypeSymbol Type, bool IsTrainable)> rest = new([(module, false)]);
        while (rest.Count > 0)
        {
            (ITypeSymbol Type, bool IsTrainable) part = rest.Pop();
            yield return part;
            if (!seen.Add(part.Type))
                continue;
            foreach (ITypeSymbol current in KnownTypes.SelfAndBases(part.Type).TakeWhile(current => !Known.IsToolkitBase(current)))
            {
                foreach (Child child in ChildDiscovery.ChildrenOf(current, Known))
                    rest.Push((child.ModuleType, child.Spec.IsTrainable));
            }
        }
    }

    private bool CanRun(IMethodSymbol called, ISymbol method) =>
        SymbolEqualityComparer.Default.Equals(Bodies.DefinitionOf(called), method)
            || ((called.IsVirtual || called.IsAbstract || called.IsOverride) && Targets.Of(called).Contains(method, SymbolEqualityComparer.Default));

    /// <summary>Whether a member is declared by the toolkit.</summary>
    public bool IsOfToolkit(ISymbol member) => SymbolEqualityComparer.Default.Equals(member.ContainingAssembly, _linear?.ContainingAssembly);

    private bool IsSource(ITypeSymbol type) =>
        IsTrainer(type) || Is(type, _adapter) || Is(type, _checkpoint) || KnownTypes.DerivesFrom(type, _root) || Known.IsModule(type)
            || (Declares(type) && type.GetMembers().OfType<IMethodSymbol>().Any(method => MayUseAdapter(method, CancellationToken.None)));

    private AdapterUse Read(ISymbol member)
    {
        ITypeSymbol? type = Receiver.TypeOf(member);
        bool isLayer = Is(type, _linear), isModel = Is(type, _model) || Is(type, _root);
        bool isAdapter = Is(type, _adapter), isTrainer = IsTrainer(type);
        return member.Name switch
        {
            RuntimeNames.Members.Merge when isLayer || isModel => AdapterUse.Merge,
            RuntimeNames.Members.MergeTo when isLayer || isModel => AdapterUse.MergeTo,
            RuntimeNames.Members.MergeToBaseType when isLayer || isModel => AdapterUse.MergeToBaseType,
            RuntimeNames.Members.Unmerge when isLayer || isModel => AdapterUse.Unmerge,
            RuntimeNames.Members.SetFactors when isLayer => AdapterUse.SetFactors,
            RuntimeNames.Members.Factors when isLayer => AdapterUse.Factors,
            RuntimeNames.Members.IsMerged when isLayer => AdapterUse.Ask,
            RuntimeNames.Members.ForwardBackward when isModel => AdapterUse.Train,
            RuntimeNames.Members.Fit or RuntimeNames.Members.FitAsync or RuntimeNames.Members.Step when isTrainer => AdapterUse.Train,
            RuntimeNames.Members.Model when isTrainer => AdapterUse.TrainedModel,
            RuntimeNames.Members.Save when Is(type, _checkpoint) => AdapterUse.SaveTraining,
            RuntimeNames.Members.Save when isAdapter => AdapterUse.Save,
            RuntimeNames.Members.Initialize or RuntimeNames.Members.Load or RuntimeNames.Members.Remove when isAdapter => AdapterUse.Replace,
            RuntimeNames.Members.Layers when isAdapter => AdapterUse.AdaptedLayers,
            RuntimeNames.Members.Bytes when isAdapter => AdapterUse.AskModel,
            RuntimeNames.Members.TrainableParameters or RuntimeNames.Members.TrainableParameterCount when isModel => AdapterUse.AskModel,
            RuntimeNames.Members.LinearLayers when isModel || Is(type, _module) => AdapterUse.Layers,
            RuntimeNames.Members.Adapter when isModel => AdapterUse.Adapter,
            RuntimeNames.Members.BitsPerWeight or RuntimeNames.Members.Format or RuntimeNames.Members.MarkedFormat
                when member is IPropertySymbol property && (Is(property.Type, _format) || isModel) => AdapterUse.Format,
            _ => AdapterUse.None,
        };
    }

    private static bool Is(ITypeSymbol? type, INamedTypeSymbol? other) =>
        type is not null && other is not null && SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, other);
}
