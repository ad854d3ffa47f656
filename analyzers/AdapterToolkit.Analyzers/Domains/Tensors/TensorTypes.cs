using System.Collections.Concurrent;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>The types of the toolkit and of TorchSharp that hold numbers or work on them, as a compilation sees them.</summary>
internal sealed class TensorTypes(Compilation compilation)
{
    private const string Tensor = "AdapterToolkit.Tensors.Tensor", TorchTensor = "TorchSharp.torch+Tensor";

    private readonly INamedTypeSymbol? _tensor = compilation.GetTypeByMetadataName(Tensor);
    private readonly INamedTypeSymbol? _torchTensor = compilation.GetTypeByMetadataName(TorchTensor);

    /// <summary>The toolkit's <c>Parameter</c>.</summary>
    public INamedTypeSymbol? Parameter { get; } = compilation.GetTypeByMetadataName("AdapterToolkit.Weights.Parameter");

    /// <summary>The toolkit's <c>FrozenWeight</c>.</summary>
    public INamedTypeSymbol? FrozenWeight { get; } = compilation.GetTypeByMetadataName("AdapterToolkit.Weights.FrozenWeight");

    /// <summary>The toolkit's <c>LowRankFactors</c>.</summary>
    public INamedTypeSymbol? Factors { get; } = compilation.GetTypeByMetadataName("AdapterToolkit.Weights.LowRankFactors");

    /// <summary>The toolkit's <c>Linear</c>.</summary>
    public INamedTypeSymbol? Linear { get; } = compilation.GetTypeByMetadataName("AdapterToolkit.Modules.Linear");

    /// <summary>The toolkit's <c>Module</c>.</summary>
    public INamedTypeSymbol? Module { get; } = compilation.GetTypeByMetadataName("AdapterToolkit.Modules.Module");

    /// <summary>The toolkit's <c>Model</c>.</summary>
    public INamedTypeSymbol? Model { get; } = compilation.GetTypeByMetadataName("AdapterToolkit.Modules.Model");

    /// <summary>The toolkit's trainer for any objective, which that of language models derives from.</summary>
    public INamedTypeSymbol? Trainer { get; } = compilation.GetTypeByMetadataName("AdapterToolkit.Training.Trainer`1");

    /// <summary>The toolkit's operators.</summary>
    public INamedTypeSymbol? Operators { get; } = compilation.GetTypeByMetadataName("AdapterToolkit.Operators.Op");

    /// <summary>TorchSharp's <c>Parameter</c>.</summary>
    public INamedTypeSymbol? TorchParameter { get; } = compilation.GetTypeByMetadataName("TorchSharp.Modules.Parameter");

    /// <summary>TorchSharp's <c>Linear</c>.</summary>
    public INamedTypeSymbol? TorchLinear { get; } = compilation.GetTypeByMetadataName("TorchSharp.Modules.Linear");

    /// <summary>TorchSharp's <c>nn.Module</c>.</summary>
    public INamedTypeSymbol? TorchModule { get; } = compilation.GetTypeByMetadataName("TorchSharp.torch+nn+Module");

    /// <summary>TorchSharp's <c>optim.Optimizer</c>.</summary>
    public INamedTypeSymbol? TorchOptimizer { get; } = compilation.GetTypeByMetadataName("TorchSharp.torch+optim+Optimizer");

    /// <summary>TorchSharp's <c>optim</c>.</summary>
    public INamedTypeSymbol? TorchOptimizers { get; } = compilation.GetTypeByMetadataName("TorchSharp.torch+optim");

    private readonly ConcurrentDictionary<ITypeSymbol, bool> _mayHold = new(SymbolEqualityComparer.Default);

    /// <summary>Whether the compilation is one of tests, which give factors numbers of their own on purpose.</summary>
    public bool AreTests { get; } = compilation.ReferencedAssemblyNames.Any(static assembly => IsTestFramework(assembly.Name));

    /// <summary>Whether the compilation references the toolkit, and uses it.</summary>
    public bool IsToolkitThere { get; } =
        compilation.GetTypeByMetadataName(Tensor) is not null && LibraryUse.IsIn(compilation, "AdapterToolkit");

    /// <summary>Whether a compilation references the toolkit or TorchSharp.</summary>
    public static bool AreIn(Compilation compilation) =>
        compilation.GetTypeByMetadataName(Tensor) is not null || compilation.GetTypeByMetadataName(TorchTensor) is not null;

    /// <summary>What the compilation's own methods multiply.</summary>
    public LoopProducts Products { get; } = new(compilation);

    /// <summary>Whether a type is the toolkit's tensor.</summary>
    public bool IsToolkitTensor(ITypeSymbol? type) => Is(type, _tensor);

    /// <summary>Whether a type is TorchSharp's tensor, or one of its parameters.</summary>
    public bool IsTorchTensor(ITypeSymbol? type) => KnownTypes.DerivesFrom(type, _torchTensor);

    /// <summary>Whether a type belongs to TorchSharp.</summary>
    public bool IsOfTorch(ITypeSymbol? type) =>
        type is not null && _torchTensor is not null
            && SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, _torchTensor.ContainingAssembly) && IsInNamespace(type, "TorchSharp");

    /// <summary>Whether a type is one of those in which the toolkit or TorchSharp hold numbers.</summary>
    public bool HoldsTensor(ITypeSymbol? type) =>
        IsToolkitTensor(type) || IsTorchTensor(type) || Is(type, Parameter) || Is(type, FrozenWeight)
            || Is(type, Factors) || KnownTypes.DerivesFrom(type, TorchLinear);

    /// <summary>Whether a value of a type can be a matrix or vector: a tensor, numbers in a row, or a matrix of a library.</summary>
    public bool IsMatrix(ITypeSymbol? type) => type switch
    {
        null => false,
        IArrayTypeSymbol array => IsNumber(array.ElementType) || IsMatrix(array.ElementType),
        INamedTypeSymbol named => HoldsTensor(named)
            || Products.IsMatrix(named)
            || IsLibraryMatrix(named)
            || (named.DeclaringSyntaxReferences.Length == 0 && named.Name.IndexOf("Vector", StringComparison.Ordinal) >= 0 && !IsInNamespace(named, "System"))
            || (named.TypeArguments.Length == 1 && IsNumber(named.TypeArguments[0])
                && named.Name is "Span" or "ReadOnlySpan" or "Memory" or "ReadOnlyMemory" or "List" or "IReadOnlyList"),
        _ => false,
    };

    /// <summary>Whether a type is a library's matrix, whose <c>*</c> is a matrix product.</summary>
    public bool IsLibraryMatrix(ITypeSymbol? type) =>
        type is { DeclaringSyntaxReferences.Length: 0 } && !IsTorchTensor(type) && !IsToolkitTensor(type)
            && type.Name.IndexOf("Matrix", StringComparison.Ordinal) >= 0 && type.Name is not ("Matrix3x2" or "Matrix4x4");

    /// <summary>Whether a matrix can be handed to a function, or comes of it, or the function can leave one in a variable.</summary>
    public bool MayHandle(IMethodSymbol function) => function.ReturnsVoid && function.Parameters.IsEmpty
        || MayHold(function.ReturnType) || function.Parameters.Any(parameter => MayHold(parameter.Type));

    /// <summary>Whether a matrix can be in an object of a type, as its declaration tells: in its members, its elements, or what its methods take.</summary>
    public bool MayHold(ITypeSymbol? type) => MayHold(type, new HashSet<ISymbol>(SymbolEqualityComparer.Default));

    /// <summary>The same, but for the classes and delegates that are looked at already.</summary>
    private bool MayHold(ITypeSymbol? type, HashSet<ISymbol> seen) => type switch
    {
        null => false,
        ITypeParameterSymbol => true,
        IArrayTypeSymbol array => IsMatrix(array) || MayHold(array.ElementType, seen),
        INamedTypeSymbol named when named.TypeArguments.Any(argument => MayHold(argument, seen)) => true,
        INamedTypeSymbol { TypeKind: TypeKind.Delegate, DelegateInvokeMethod: { } invoked } =>
            seen.Add(type.OriginalDefinition) && ((invoked.ReturnsVoid && invoked.Parameters.IsEmpty) || Mentions(invoked, seen)),
        INamedTypeSymbol named => !IsScalar(named)
            && (IsMatrix(named) || IsOfTorch(named) || IsOfToolkit(named) || HoldsMatrices(named.OriginalDefinition, seen)),
        _ => false,
    };

    private bool Mentions(IMethodSymbol method, HashSet<ISymbol> seen) =>
        MayHold(method.ReturnType, seen) || method.Parameters.Any(parameter => MayHold(parameter.Type, seen));

    private bool IsOfToolkit(ITypeSymbol type) =>
        _tensor is not null && SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, _tensor.ContainingAssembly)
        && !SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, compilation.Assembly);

    /// <summary>Whether a class of the compilation, or one that it derives from, has a member of a type that may hold a matrix.</summary>
    private bool HoldsMatrices(INamedTypeSymbol type, HashSet<ISymbol> seen)
    {
        if (type.DeclaringSyntaxReferences.Length == 0)
            return false;
        if (_mayHold.TryGetValue(type, out bool known))
            return known;
        bool isFirst = seen.Count == 0;
        if (!seen.Add(type))
            return false;
        bool holds = MayHold(type.BaseType, seen) || type.GetMembers().Any(member => member switch
        {
            IFieldSymbol field => MayHold(field.Type, seen),
            IPropertySymbol property => MayHold(property.Type, seen),
            IMethodSymbol { MethodKind: MethodKind.Ordinary or MethodKind.Constructor } method => Mentions(method, seen),
            _ => false,
        });
        // That it holds none is known of the first alone: one that was met on the way may hold what those around it do.
        if (holds || isFirst)
            _mayHold[type] = holds;
        return holds;
    }

    /// <summary>Whether a type is a single number, a truth value or a text: nothing that a tensor could hide in.</summary>
    public static bool IsScalar(ITypeSymbol? type) =>
        type is null || type.SpecialType is SpecialType.System_Boolean or SpecialType.System_String or SpecialType.System_Void or SpecialType.System_Char
            || IsNumber(type) || type.TypeKind == TypeKind.Enum;

    /// <summary>Whether a layer's class is marked <c>[LowRank]</c>, or derives from one that is.</summary>
    public static bool HasAdapter(ITypeSymbol? type) =>
        KnownTypes.SelfAndBases(type).Any(current => KnownTypes.HasAttribute(current, RuntimeNames.LowRankAttribute));

    /// <summary>Whether a type is another one.</summary>
    public static bool Is(ITypeSymbol? type, INamedTypeSymbol? other) =>
        type is not null && other is not null && SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, other);

    /// <summary>Whether a symbol is of a test framework, or of a library of assertions.</summary>
    public static bool IsOfTestFramework(ISymbol? symbol) => symbol?.ContainingAssembly is { Name: var assembly }
        && (IsTestFramework(assembly) || assembly is "FluentAssertions" or "AwesomeAssertions" or "Shouldly" or "TUnit.Assertions");

    private static bool IsTestFramework(string assembly) => assembly.StartsWith("xunit", StringComparison.OrdinalIgnoreCase)
        || assembly is "nunit.framework" or "Microsoft.VisualStudio.TestPlatform.TestFramework" or "MSTest.TestFramework" or "TUnit.Core";

    /// <summary>Whether a symbol stands in a namespace, or one inside it.</summary>
    public static bool IsInNamespace(ISymbol symbol, string root)
    {
        INamespaceSymbol? current = symbol.ContainingNamespace;
        while (current is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false })
            current = current.ContainingNamespace;
        return current is { IsGlobalNamespace: false } && current.Name == root;
    }

    private static bool IsNumber(ITypeSymbol type) =>
        type.SpecialType is >= SpecialType.System_SByte and <= SpecialType.System_Double || type is { Name: "Half" or "BFloat16", IsValueType: true };
}
