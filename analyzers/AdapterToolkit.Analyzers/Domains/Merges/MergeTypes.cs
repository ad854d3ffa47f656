using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>The types that merge, as a compilation sees them.</summary>
internal sealed class MergeTypes(Compilation compilation)
{
    // The rules about merges share the bodies that they read.
    private static readonly ConditionalWeakTable<Compilation, MergeTypes> s_known = new();

    private readonly INamedTypeSymbol? _linear = compilation.GetTypeByMetadataName("AdapterToolkit.Modules.Linear");
    private readonly INamedTypeSymbol? _model = compilation.GetTypeByMetadataName("AdapterToolkit.Models.LanguageModel");
    private readonly INamedTypeSymbol? _root = compilation.GetTypeByMetadataName("AdapterToolkit.Modules.Model");
    private readonly INamedTypeSymbol? _adapter = compilation.GetTypeByMetadataName("AdapterToolkit.Adapters.LowRankAdapter");
    private readonly INamedTypeSymbol? _trainer = compilation.GetTypeByMetadataName("AdapterToolkit.Training.Trainer");
    private readonly INamedTypeSymbol? _trainerOfBatches = compilation.GetTypeByMetadataName("AdapterToolkit.Training.Trainer`1");

    private readonly INamedTypeSymbol? _checkpoint = compilation.GetTypeByMetadataName("AdapterToolkit.Training.TrainingCheckpoint");
    private readonly Bodies _bodies = Bodies.Of(compilation);
    private readonly ConcurrentDictionary<ISymbol, bool> _holding = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, bool> _merging = new(SymbolEqualityComparer.Default);

    /// <summary>The names of what merges.</summary>
    public static string[] NamesOfMerges { get; } = ["Merge", "MergeTo", "MergeToBaseType"];

    /// <summary>Those of a compilation.</summary>
    public static MergeTypes Of(Compilation compilation) => s_known.GetValue(compilation, static compilation => new MergeTypes(compilation));

    /// <summary>The toolkit's types.</summary>
    public KnownTypes Known { get; } = KnownTypes.Of(compilation);

    /// <summary>The compilation.</summary>
    public Compilation Compilation => compilation;

    /// <summary>Whether the compilation references the toolkit.</summary>
    public bool AreThere => _linear is not null && _model is not null;

    /// <summary>Whether the compilation is the toolkit itself, which merges layer by layer behind these methods.</summary>
    public bool IsToolkit => SymbolEqualityComparer.Default.Equals(_linear?.ContainingAssembly, compilation.Assembly);

    /// <summary>Whether a member is declared by the toolkit.</summary>
    public bool IsOfToolkit(ISymbol member) => SymbolEqualityComparer.Default.Equals(member.ContainingAssembly, _linear?.ContainingAssembly);

    /// <summary>Whether a method is one of a layer or of a model.</summary>
    public bool IsOfMerging(IMethodSymbol method) => IsOfLinear(method) || IsOfModel(method);

    /// <summary>Whether a call is a merge.</summary>
    public bool IsMerge(IInvocationOperation call) => call.TargetMethod.Name is "Merge" or "MergeTo" or "MergeToBaseType" && IsOfMerging(call.TargetMethod);

    /// <summary>Whether a member is a layer's.</summary>
    public bool IsOfLinear(ISymbol member) => IsOf(member, _linear);

    /// <summary>Whether a member is a model's.</summary>
    public bool IsOfModel(ISymbol member) => IsOf(member, _model) || IsOf(member, _root);

    /// <summary>Whether a member is the adapter's of a model.</summary>
    public bool IsOfAdapter(ISymbol member) => IsOf(member, _adapter);

    /// <summary>Whether a type is a trainer: that of language models, or the one for any objective.</summary>
    public bool IsTrainer(ITypeSymbol? type) => Is(type, _trainer) || Is(type, _trainerOfBatches);

    /// <summary>Whether a member is one of those that save and restore training.</summary>
    public bool IsOfCheckpoint(ISymbol member) => Is(member.ContainingType, _checkpoint);

    /// <summary>Whether a method is one of the compilation whose body names what merges, or uses an adapter.</summary>
    public bool MayMerge(IMethodSymbol method, CancellationToken cancellation)
    {
        method = Bodies.DefinitionOf(method);
        if (!SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, compilation.Assembly))
            return false;
        return _merging.GetOrAdd(method, _ => method.DeclaringSyntaxReferences.Any(reference => NamesAMerge(reference.GetSyntax(cancellation))));
    }

    /// <summary>Whether a call may reach a module that a merge would change: it is given one, or its object holds one.</summary>
    public bool MayReachModule(IInvocationOperation call) =>
        call.Arguments.Any(argument => Known.IsModule(argument.Value.Type)
            || argument.Value is IConversionOperation { Operand.Type: var type } && Known.IsModule(type))
        || (call.TargetMethod is { IsStatic: false, ContainingType: { } owner } && _holding.GetOrAdd(owner, holder => Holds((INamedTypeSymbol)holder)));

    /// <summary>The body of a method of the compilation, or the initializer of a field or property; null where it has none.</summary>
    public ControlFlowGraph? GraphOf(ISymbol symbol, CancellationToken cancellation) => _bodies.GraphOf(symbol, cancellation);

    /// <summary>The method, or the field or property with an initializer, in whose body an expression stands.</summary>
    public ISymbol? BodyAround(SyntaxNode expression, CancellationToken cancellation)
    {
        ISymbol? symbol = _bodies.ModelOf(expression.SyntaxTree).GetEnclosingSymbol(expression.SpanStart, cancellation);
        while (symbol is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction or MethodKind.LocalFunction })
            symbol = symbol.ContainingSymbol;
        return symbol is IFieldSymbol { AssociatedSymbol: { } property } ? property : symbol;
    }

    /// <summary>The argument that a call gives a parameter; null where it calls something else, or leaves the parameter out.</summary>
    public SyntaxNode? ArgumentOf(SyntaxNode call, IParameterSymbol parameter, CancellationToken cancellation)
    {
        (IMethodSymbol? called, ImmutableArray<IArgumentOperation> arguments) = _bodies.OperationOf(call, cancellation) switch
        {
            IInvocationOperation invocation => (invocation.TargetMethod, invocation.Arguments),
            IObjectCreationOperation creation => (creation.Constructor, creation.Arguments),
            _ => ((IMethodSymbol?)null, ImmutableArray<IArgumentOperation>.Empty),
        };
        return called is not null && SymbolEqualityComparer.Default.Equals(Bodies.DefinitionOf(called), parameter.ContainingSymbol)
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

    private bool Holds(INamedTypeSymbol type) => Known.IsModule(type)
        || type.GetMembers().Any(member => member is IFieldSymbol { Type: var held } && Known.IsModule(held))
        || type.InstanceConstructors.Any(constructor => constructor.Parameters.Any(parameter => Known.IsModule(parameter.Type)));

    /// <summary>Whether a member is a type's own, or one by which the toolkit extends it.</summary>
    private bool IsOf(ISymbol member, INamedTypeSymbol? type) =>
        Is(Receiver.TypeOf(member), type) && (!Receiver.IsExtension(member) || IsOfToolkit(member));

    private static bool NamesAMerge(SyntaxNode declaration) => declaration.DescendantNodes().OfType<IdentifierNameSyntax>()
        .Any(name => name.Identifier.ValueText is "Merge" or "MergeTo" or "MergeToBaseType" or "Unmerge"
            or "SetFactors" or "Adapter" or "ForwardBackward" or "Fit" or "FitAsync" or "Factors" or "IsMerged");

    private static bool Is(ITypeSymbol? type, INamedTypeSymbol? other) =>
        type is not null && other is not null && SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, other);
}
