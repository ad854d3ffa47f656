using System.Collections.Concurrent;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>
/// Tells from which types one can come to what merges: whether an object of a type, or of one derived from it, can be or hold a layer, a model, an adapter or
/// a function. What all others give and do has nothing to do with merges.
/// </summary>
/// <param name="targets">The types of the compilation.</param>
/// <param name="bodies">The bodies of the compilation.</param>
/// <param name="toolkit">The toolkit; null where the compilation does not refer to it.</param>
/// <param name="isSource">Whether a type is one of the toolkit's that merge, or one of the compilation's with a method that uses an adapter.</param>
internal sealed class LeadingTypes(CallTargets targets, Bodies bodies, IAssemblySymbol? toolkit, Func<ITypeSymbol, bool> isSource)
{
    private readonly ConcurrentDictionary<ITypeSymbol, bool> _known = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ITypeSymbol, bool> _mattering = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ITypeSymbol, bool> _flagged = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ITypeSymbol, bool> _changing = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IAssemblySymbol, bool> _referring = new(SymbolEqualityComparer.Default);

    /// <summary>Whether an object of a type can lead to what merges.</summary>
    public bool Lead(ITypeSymbol type) => _known.GetOrAdd(type, Find);

    /// <summary>
    /// Whether what an expression of a type gives has to be known: because it can lead to what merges, tells whether something happened or is asked for, or how
    /// often something is done. Of an expression without a type it has. Texts, real numbers and most objects of the system do none of that.
    /// </summary>
    public bool Matter(ITypeSymbol? type) => type is null
        || _mattering.GetOrAdd(type, type => IsFlag(type) || IsSequence(type) || Lead(type) || (type is INamedTypeSymbol && !SystemCalls.IsOfSystem(type)));

    /// <summary>
    /// Whether what an object of a type holds can become another one without the object being replaced: it is a collection, has flags, or leads to what merges.
    /// </summary>
    public bool CanChange(ITypeSymbol? type) => type is null || IsSequence(type) || HaveChangingFlags(type) || Lead(type);

    /// <summary>Whether a class of the compilation has flags or counts, by which its objects are told apart.</summary>
    public bool HaveFlags(ITypeSymbol type) => _flagged.GetOrAdd(type, type => AnyField(type, IsFlag));

    /// <summary>Whether a class of the compilation has flags or counts that change, by which its methods can tell whether something happened.</summary>
    public bool HaveChangingFlags(ITypeSymbol type) => _changing.GetOrAdd(type, type => AnyField(type, field =>
        IsFlag(field) && (!field.IsReadOnly || field.Type.TypeKind is TypeKind.Array or TypeKind.Class or TypeKind.Interface)));

    private bool AnyField(ITypeSymbol type, Func<IFieldSymbol, bool> isOne) =>
        KnownTypes.SelfAndBases(type).TakeWhile(bodies.Declares).Any(current => current.GetMembers().OfType<IFieldSymbol>().Any(isOne));

    private static bool IsFlag(IFieldSymbol field) => !field.IsConst && IsFlag(field.Type);

    /// <summary>Whether a type is that of a flag or a count, or of several, or of a collection that tells whether something was put into it.</summary>
    private static bool IsFlag(ITypeSymbol type) => type.TypeKind == TypeKind.Enum
        || type.SpecialType is SpecialType.System_Boolean or (>= SpecialType.System_SByte and <= SpecialType.System_UInt64)
        || (type is IArrayTypeSymbol { ElementType: var element } && IsFlag(element))
        || (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T, TypeArguments: [var held] } && IsFlag(held))
        || (type is INamedTypeSymbol { IsGenericType: true, Name: var name } && SystemCalls.IsOfSystem(type)
            && (name.EndsWith("Set", StringComparison.Ordinal) || name.EndsWith("Dictionary", StringComparison.Ordinal)));

    /// <summary>Whether a loop can go over what is of a type, or takes its elements from that.</summary>
    private static bool IsSequence(ITypeSymbol type) => type is IArrayTypeSymbol
        || (type.SpecialType != SpecialType.System_String && (IsOfLoops(type) || type.AllInterfaces.Any(IsOfLoops)))
        || type is { Name: "Span" or "ReadOnlySpan" or "Memory" or "ReadOnlyMemory" or "Enumerator" };

    private static bool IsOfLoops(ITypeSymbol type) =>
        type is { Name: "IEnumerable" or "IEnumerator" or "IAsyncEnumerable" or "IAsyncEnumerator" } && SystemCalls.IsOfSystem(type);

    private bool Find(ITypeSymbol type)
    {
        HashSet<ITypeSymbol> seen = new(SymbolEqualityComparer.Default);
        Stack<ITypeSymbol> rest = new([type]);
        while (rest.Count > 0)
        {
            ITypeSymbol current = rest.Pop();
            if (!seen.Add(current))
                continue;
            if (IsOfAny(current) || isSource(current))
                return true;
            foreach (ITypeSymbol part in PartsOf(current))
                rest.Push(part);
        }

        return false;
    }

    /// <summary>Whether a type can stand for any other, or runs what it is given.</summary>
    private static bool IsOfAny(ITypeSymbol type) =>
        type.TypeKind is TypeKind.Delegate or TypeKind.TypeParameter or TypeKind.Dynamic or TypeKind.FunctionPointer or TypeKind.Error
            || type.SpecialType is SpecialType.System_Object or SpecialType.System_Array or SpecialType.System_Delegate
            || type.ContainingNamespace is { Name: "Collections", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } };

    private IEnumerable<ITypeSymbol> PartsOf(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol { ElementType: var element })
            return [element];
        if (type is not INamedTypeSymbol named || named.SpecialType != SpecialType.None)
            return type is INamedTypeSymbol { TypeArguments: var special } ? special : [];
        INamedTypeSymbol definition = named.OriginalDefinition;
        bool isDeclared = bodies.Declares(definition);
        IEnumerable<ITypeSymbol> parts = targets.DerivedFrom(definition)
            .Where(derived => isDeclared || CallTargets.BasesOf(derived).Contains(named, SymbolEqualityComparer.Default));
        for (INamedTypeSymbol? around = named; around is not null; around = around.ContainingType)
            parts = parts.Concat(around.TypeArguments);
        if (!isDeclared && !IsOfReferring(definition))
            return parts;
        // Of a library the fields are not seen, but what it gives.
        IEnumerable<ITypeSymbol> held = isDeclared
            ? definition.GetMembers().OfType<IFieldSymbol>().Select(field => field.Type)
            : definition.GetMembers().Select(GivenBy).OfType<ITypeSymbol>();
        return parts.Concat(held)
            .Concat(definition.InstanceConstructors.SelectMany(constructor => constructor.Parameters).Select(parameter => parameter.Type))
            .Concat(CallTargets.BasesOf(definition).SelectMany(parent => IsFollowed(parent) ? [parent] : parent.TypeArguments));
    }

    private bool IsFollowed(INamedTypeSymbol type) =>
        bodies.Declares(type) || (type.TypeKind != TypeKind.Interface && IsOfReferring(type));

    private bool IsOfReferring(INamedTypeSymbol type) => _referring.GetOrAdd(type.ContainingAssembly, RefersToToolkit);

    /// <summary>Whether an assembly can name the toolkit's types: it is the toolkit, or refers to it.</summary>
    private bool RefersToToolkit(IAssemblySymbol assembly) => toolkit is not null && (SymbolEqualityComparer.Default.Equals(assembly, toolkit)
        || assembly.Modules.Any(module => module.ReferencedAssemblies.Any(reference => reference.Name == toolkit.Name)));

    /// <summary>The type of what a member gives; null for one that gives nothing, or of which an object makes no use.</summary>
    private static ITypeSymbol? GivenBy(ISymbol member) => member switch
    {
        _ when member.DeclaredAccessibility == Accessibility.Private => null,
        IFieldSymbol field => field.Type,
        IPropertySymbol property => property.Type,
        IMethodSymbol { MethodKind: MethodKind.Ordinary } method => method.ReturnType,
        _ => null,
    };
}
