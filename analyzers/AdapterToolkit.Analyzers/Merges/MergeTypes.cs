using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Merges;

/// <summary>The types that merge, as a compilation sees them.</summary>
internal sealed class MergeTypes(Compilation compilation)
{
    private readonly INamedTypeSymbol? _linear = compilation.GetTypeByMetadataName("AdapterToolkit.Modules.Linear");
    private readonly INamedTypeSymbol? _model = compilation.GetTypeByMetadataName("AdapterToolkit.Modules.LanguageModel");
    private readonly INamedTypeSymbol? _adapter = compilation.GetTypeByMetadataName("AdapterToolkit.Adapters.LowRankAdapter");
    private readonly INamedTypeSymbol? _trainer = compilation.GetTypeByMetadataName("AdapterToolkit.Training.Trainer");

    /// <summary>The toolkit's types.</summary>
    public KnownTypes Known { get; } = new(compilation);

    /// <summary>The compilation.</summary>
    public Compilation Compilation => compilation;

    /// <summary>Whether the compilation references the toolkit.</summary>
    public bool AreThere => _linear is not null && _model is not null;

    /// <summary>Whether the compilation is the toolkit itself, which merges layer by layer behind these methods.</summary>
    public bool IsToolkit => SymbolEqualityComparer.Default.Equals(_linear?.ContainingAssembly, compilation.Assembly);

    /// <summary>Whether a method is one of a layer or of a model.</summary>
    public bool IsOfMerging(IMethodSymbol method) => Is(method.ContainingType, _linear) || Is(method.ContainingType, _model);

    /// <summary>Whether a call is a merge.</summary>
    public bool IsMerge(IInvocationOperation call) => call.TargetMethod.Name is "Merge" or "MergeTo" && IsOfMerging(call.TargetMethod);

    /// <summary>Whether a member is a layer's.</summary>
    public bool IsOfLinear(ISymbol member) => Is(member.ContainingType, _linear);

    /// <summary>Whether a member is a model's.</summary>
    public bool IsOfModel(ISymbol member) => Is(member.ContainingType, _model);

    /// <summary>Whether a member is the adapter's of a model.</summary>
    public bool IsOfAdapter(ISymbol member) => Is(member.ContainingType, _adapter);

    /// <summary>Whether a type is the trainer.</summary>
    public bool IsTrainer(ITypeSymbol? type) => Is(type, _trainer);

    /// <summary>All module types that a module is made of, itself first.</summary>
    public IEnumerable<(ITypeSymbol Type, bool IsTrainable)> PartsOf(ITypeSymbol module)
    {
        HashSet<ITypeSymbol> seen = new(SymbolEqualityComparer.Default);
        Stack<(ITypeSymbol Type, bool IsTrainable)> rest = new([(module, false)]);
        while (rest.Count > 0)
        {
            (ITypeSymbol Type, bool IsTrainable) part = rest.Pop();
            yield return part;
            if (!seen.Add(part.Type))
                continue;
            for (ITypeSymbol? current = part.Type; current is not null && !Known.IsToolkitBase(current); current = current.BaseType)
            {
                foreach (Child child in ChildDiscovery.ChildrenOf(current, Known))
                    rest.Push((child.ModuleType, child.Spec.IsTrainable));
            }
        }
    }

    private static bool Is(ITypeSymbol? type, INamedTypeSymbol? other) => type is not null && other is not null && SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, other);
}
