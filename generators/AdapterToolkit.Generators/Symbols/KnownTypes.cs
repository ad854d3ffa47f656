using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Symbols;

/// <summary>The toolkit's types as a compilation sees them, and what can be told from them.</summary>
internal sealed class KnownTypes
{
    private const string SequenceType = "System.Collections.Generic.IEnumerable`1";

    private static readonly ConditionalWeakTable<Compilation, KnownTypes> s_known = new();

    private readonly INamedTypeSymbol? _tensor;
    private readonly INamedTypeSymbol? _module;
    private readonly INamedTypeSymbol? _norm;
    private readonly INamedTypeSymbol? _linear;
    private readonly INamedTypeSymbol? _linearFactory;
    private readonly INamedTypeSymbol? _root;
    private readonly INamedTypeSymbol? _arithmetic;
    private readonly INamedTypeSymbol? _pass;
    private readonly INamedTypeSymbol? _prefix;
    private readonly INamedTypeSymbol? _enumerable;

    private KnownTypes(Compilation compilation)
    {
        _tensor = Find(compilation, RuntimeNames.Tensor);
        _module = Find(compilation, RuntimeNames.Module);
        _norm = Find(compilation, RuntimeNames.RmsNorm);
        _linear = Find(compilation, RuntimeNames.Linear);
        _linearFactory = Find(compilation, RuntimeNames.ILinear + "`1");
        _root = Find(compilation, RuntimeNames.Model);
        _arithmetic = Find(compilation, RuntimeNames.TensorArithmetic);
        _pass = Find(compilation, RuntimeNames.Pass);
        _prefix = Find(compilation, RuntimeNames.AttentionPrefix);
        _enumerable = compilation.GetTypeByMetadataName(SequenceType);
        Operators = Find(compilation, RuntimeNames.Op);
    }

    /// <summary>The names of the types that are looked up, without their namespaces.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. ((string[])
        [
            RuntimeNames.Tensor, RuntimeNames.Module, RuntimeNames.RmsNorm, RuntimeNames.Linear, RuntimeNames.ILinear, RuntimeNames.Model, RuntimeNames.Op,
            RuntimeNames.TensorArithmetic, RuntimeNames.Pass, RuntimeNames.AttentionPrefix, SequenceType,
        ]).Select(name => RuntimeNames.Simple(name).Split('`')[0]),
    ];

    /// <summary>The class of the built-in operators.</summary>
    public INamedTypeSymbol? Operators { get; }

    /// <summary>Those of a compilation, which are looked up once for all classes in it.</summary>
    public static KnownTypes Of(Compilation compilation) => s_known.GetValue(compilation, static compilation => new KnownTypes(compilation));

    /// <summary>Whether a method is one of the toolkit's arithmetic operators of tensors, which are declared as extensions.</summary>
    public bool IsArithmetic(IMethodSymbol method) =>
        _arithmetic is not null && SymbolEqualityComparer.Default.Equals(method.ContainingType?.ContainingType ?? method.ContainingType, _arithmetic);

    /// <summary>Whether a method takes the pass.</summary>
    public bool TakesPass(IMethodSymbol method) =>
        _pass is not null && method.Parameters.Any(parameter => SymbolEqualityComparer.Default.Equals(parameter.Type, _pass));

    /// <summary>Whether a type is what a pass gives an attention.</summary>
    public bool IsPrefix(ITypeSymbol type) => SymbolEqualityComparer.Default.Equals(type, _prefix);

    /// <summary>Whether a type is the tensor.</summary>
    public bool IsTensor(ITypeSymbol? type) => type is not null && SymbolEqualityComparer.Default.Equals(type, _tensor);

    /// <summary>
    /// Whether a type is a module: it derives from <c>Module</c>, or is marked <c>[AdapterModel]</c> and will do so as soon
    /// as the generator has written its other half.
    /// </summary>
    public bool IsModule(ITypeSymbol? type) => DerivesFrom(type, _module) || IsMarkedModel(type);

    /// <summary>Whether a type derives from <c>Linear</c>.</summary>
    public bool IsLinear(ITypeSymbol? type) => DerivesFrom(type, _linear);

    /// <summary>Whether a layer says itself how it is made from its dimensions: it implements <c>ILinear</c> of itself.</summary>
    public bool IsLinearFactory(INamedTypeSymbol type) => type.AllInterfaces.Any(found =>
        SymbolEqualityComparer.Default.Equals(found.OriginalDefinition, _linearFactory)
        && SymbolEqualityComparer.Default.Equals(found.TypeArguments[0], type));

    /// <summary>Whether a type derives from <c>Model</c>, the root of a tree of modules.</summary>
    public bool IsRoot(ITypeSymbol? type) => DerivesFrom(type, _root);

    /// <summary>Whether a type derives from <c>Module</c> as written by the user, the generator's half left out.</summary>
    public bool DerivesFromModule(ITypeSymbol type) => DerivesFrom(type, _module);

    /// <summary>
    /// Whether a module has a weight of its own that can train: a norm does. One of which only <c>Module</c> is known may be a norm.
    /// </summary>
    public bool MayTrainItself(ITypeSymbol type) =>
        SymbolEqualityComparer.Default.Equals(type, _norm)
        || SymbolEqualityComparer.Default.Equals(type, _module)
        || (type is ITypeParameterSymbol parameter && parameter.ConstraintTypes.Where(IsModule).All(MayTrainItself));

    /// <summary>Whether a type is one of the toolkit's own modules, whose parts are known and hold no adapter.</summary>
    public bool IsToolkitBase(ITypeSymbol type) => IsOfToolkit(type) && IsModule(type);

    /// <summary>Whether a type belongs to the toolkit itself.</summary>
    public bool IsOfToolkit(ITypeSymbol type) => SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, _module?.ContainingAssembly);

    /// <summary>Whether a type or one that it derives from is marked <c>[AdapterModel]</c>; of a type parameter, whether one of its constraints is.</summary>
    public static bool IsMarkedModel(ITypeSymbol? type)
    {
        if (type is ITypeParameterSymbol parameter)
            return parameter.ConstraintTypes.Any(IsMarkedModel);
        for (ITypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            if (HasAttribute(current, RuntimeNames.AdapterModelAttribute))
                return true;
        }

        return false;
    }

    /// <summary>A class and those that it derives from; of a type parameter, those of its constraints.</summary>
    public static IEnumerable<ITypeSymbol> SelfAndBases(ITypeSymbol? type) => type switch
    {
        null => [],
        ITypeParameterSymbol parameter => parameter.ConstraintTypes.SelectMany(SelfAndBases),
        _ => SelfAndBases(type.BaseType).Prepend(type),
    };

    /// <summary>The type of the elements of a list; null where a type is no list.</summary>
    public ITypeSymbol? ElementType(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol { Rank: 1 } array)
            return array.ElementType;
        if (type is not INamedTypeSymbol named || named.SpecialType == SpecialType.System_String)
            return null;
        INamedTypeSymbol? sequence = IsSequence(named) ? named : named.AllInterfaces.FirstOrDefault(IsSequence);
        return sequence?.TypeArguments[0];
    }

    /// <summary>Whether a symbol carries an attribute, by its full name.</summary>
    public static bool HasAttribute(ISymbol symbol, string name) => Attributes(symbol, name).Any();

    /// <summary>The attributes of one class that a symbol carries.</summary>
    public static IEnumerable<AttributeData> Attributes(ISymbol symbol, string name) =>
        symbol.GetAttributes().Where(attribute => Is(attribute.AttributeClass, name));

    private static INamedTypeSymbol? Find(Compilation compilation, string type) => compilation.GetTypeByMetadataName(RuntimeNames.InMetadata(type));

    /// <summary>Whether a type has a full name. To print one takes longer than to tell by the end of the name that it is another.</summary>
    private static bool Is(INamedTypeSymbol? type, string name) =>
        type is not null && name.EndsWith(type.Name, StringComparison.Ordinal) && type.ToDisplayString() == name;

    private bool IsSequence(INamedTypeSymbol type) => SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, _enumerable);

    /// <summary>Whether a type is another one or derives from it; a type parameter, whether a constraint says so.</summary>
    public static bool DerivesFrom(ITypeSymbol? type, INamedTypeSymbol? ancestor)
    {
        if (ancestor is null)
            return false;
        if (type is ITypeParameterSymbol parameter)
            return parameter.ConstraintTypes.Any(constraint => DerivesFrom(constraint, ancestor));
        for (ITypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(current.OriginalDefinition, ancestor))
                return true;
        }

        return false;
    }
}
