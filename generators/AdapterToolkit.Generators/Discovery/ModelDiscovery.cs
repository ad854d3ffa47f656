using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Discovery;

/// <summary>
/// Reads a class marked <c>[AdapterModel]</c>: its modules, the declaration of its <c>Forward</c>, and what is wrong with them. The body of
/// <c>Forward</c> is left to lifting.
/// </summary>
internal static class ModelDiscovery
{
    private static readonly string[] s_emittedMethods = [RuntimeNames.Members.Evaluate, RuntimeNames.Members.ForwardSaving, RuntimeNames.Members.Backward];

    /// <summary>Reads a class.</summary>
    /// <param name="type">The class.</param>
    /// <param name="compilation">The compilation.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="OperationCanceledException">The reading is cancelled.</exception>
    public static Discovered<ModelSpec> Read(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        KnownTypes types = KnownTypes.Of(compilation);
        Child[] children = [.. ChildDiscovery.ChildrenOf(type, types)];
        List<DiagnosticSpec> diagnostics =
        [
            .. DeclarationRules.Check(type, types, isLayer: false),
            .. TrainableRules.CheckQuantized(children),
            .. TrainableRules.CheckWithoutWeight(type, types),
        ];
        bool derivesFromModule = types.DerivesFromModule(type) || KnownTypes.IsMarkedModel(type.BaseType);

        IMethodSymbol? forward = FindForward(type, types, diagnostics);
        // Without one, the companions are those of the abstract one that the class should have implemented.
        IMethodSymbol? declared = forward is null ? AbstractForwardOf(type, types) : SyntaxOf(forward, cancellation) is null ? null : forward;
        List<ParameterSpec> parameters = declared is null ? [] : [.. ReadParameters(declared, types, forward is null ? [] : diagnostics)];

        ModelSpec spec = new(
            TypeDiscovery.Read(type),
            derivesFromModule,
            type.BaseType is { SpecialType: not SpecialType.System_Object } baseType && !types.IsToolkitBase(baseType),
            type.IsSealed,
            new EquatableArray<ChildSpec>(children.Select(child => child.Spec)),
            new EquatableArray<ParameterSpec>(parameters),
            new EquatableArray<string>(s_emittedMethods.Where(method => IsDeclaredAbove(type, method, parameters.Count))),
            (forward ?? declared) is { IsGenericMethod: false } method ? SyntaxFacts.GetText(method.DeclaredAccessibility) : "",
            new EquatableArray<string>(TakenNames(type, forward, types, compilation, cancellation)),
            Graph: null);
        return new Discovered<ModelSpec>(spec, new EquatableArray<DiagnosticSpec>(diagnostics));
    }

    /// <summary>The methods of a class that can be its <c>Forward</c>; the first is taken.</summary>
    public static IEnumerable<IMethodSymbol> ForwardsOf(INamedTypeSymbol type, KnownTypes types) =>
        type.GetMembers(RuntimeNames.Members.Forward).OfType<IMethodSymbol>().Where(method => types.IsTensor(method.ReturnType) && !method.IsAbstract);

    /// <summary>The <c>Forward</c> that a base class leaves to a class to implement; null where there is none.</summary>
    private static IMethodSymbol? AbstractForwardOf(INamedTypeSymbol type, KnownTypes types)
    {
        for (INamedTypeSymbol? current = type.BaseType; current is not null; current = current.BaseType)
        {
            IEnumerable<IMethodSymbol> methods = current.GetMembers(RuntimeNames.Members.Forward).OfType<IMethodSymbol>();
            if (methods.FirstOrDefault(method => types.IsTensor(method.ReturnType)) is { } found)
                return found.IsAbstract ? found : null;
        }

        return null;
    }

    /// <summary>The declaration of a method with its body; null where it has none that a user wrote.</summary>
    public static MethodDeclarationSyntax? SyntaxOf(IMethodSymbol method, CancellationToken cancellation) =>
        method.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) as MethodDeclarationSyntax;

    private static IMethodSymbol? FindForward(INamedTypeSymbol type, KnownTypes types, List<DiagnosticSpec> diagnostics)
    {
        IMethodSymbol[] found = [.. ForwardsOf(type, types)];
        if (found.Length == 0)
        {
            diagnostics.Add(Problem(type, $"{type.Name} has no method Forward that returns a Tensor", "write one: it is what [AdapterModel] differentiates"));
            return null;
        }

        IMethodSymbol forward = found[0];
        if (found.Length > 1)
            diagnostics.Add(Problem(found[1], $"A second Forward of {type.Name}", "a module has one; give the other a class of its own"));
        if (forward.IsStatic || forward.IsGenericMethod || forward.IsAsync)
            diagnostics.Add(Problem(forward, "A Forward that is static, generic or async", "make it a plain method of the object"));
        return forward;
    }

    private static IEnumerable<ParameterSpec> ReadParameters(IMethodSymbol forward, KnownTypes types, List<DiagnosticSpec> diagnostics)
    {
        int value = 0;
        foreach (IParameterSymbol parameter in forward.Parameters)
        {
            bool isTensor = types.IsTensor(parameter.Type);
            if (parameter.RefKind is not RefKind.None)
                diagnostics.Add(Problem(parameter, $"The parameter '{parameter.Name}' passed by reference", "pass it by value"));
            if (parameter.Type.IsRefLikeType)
                diagnostics.Add(Problem(
                    parameter,
                    $"The parameter '{parameter.Name}', a value on the stack",
                    "it can't be kept for the backward pass; take an array or ReadOnlyMemory"));
            if (isTensor && parameter.Type.NullableAnnotation == NullableAnnotation.Annotated)
                diagnostics.Add(Problem(
                    parameter,
                    $"The tensor parameter '{parameter.Name}', which may be null",
                    "write one Forward for each case, in classes of their own"));
            string name = SyntaxFacts.GetKeywordKind(parameter.Name) == SyntaxKind.None ? parameter.Name : "@" + parameter.Name;
            yield return new ParameterSpec(name, parameter.Type.ToDisplayString(TypeNames.InFull), isTensor ? value++ : -1);
        }
    }

    private static bool IsDeclaredAbove(INamedTypeSymbol type, string method, int parameterCount)
    {
        for (INamedTypeSymbol? current = type.BaseType; current is not null; current = current.BaseType)
        {
            if (KnownTypes.HasAttribute(current, RuntimeNames.AdapterModelAttribute))
                return true;
            if (current.GetMembers(method).OfType<IMethodSymbol>().Any(found => found.IsAbstract || found.IsVirtual || found.IsOverride))
                return true;
        }

        return false;
    }

    /// <summary>Names that mean something in the class or its <c>Forward</c>, but for its tensor variables.</summary>
    private static SortedSet<string> TakenNames(
        INamedTypeSymbol type, IMethodSymbol? forward, KnownTypes types, Compilation compilation, CancellationToken cancellation)
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        if (forward?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is { } syntax)
        {
            SemanticModel model = compilation.GetSemanticModel(syntax.SyntaxTree);
            names.UnionWith(syntax.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText));
            ISymbol[] variables = [.. syntax.DescendantNodes()
                .Select(node => model.GetDeclaredSymbol(node, cancellation))
                .Where(symbol => symbol is ILocalSymbol or IParameterSymbol)!];
            names.ExceptWith(variables.Where(IsTensor).Select(variable => variable.Name));
            names.UnionWith(variables.Where(variable => !IsTensor(variable)).Select(variable => variable.Name));
        }

        for (INamedTypeSymbol? current = type; current is not null; current = current.BaseType)
            names.UnionWith(current.MemberNames);
        for (INamedTypeSymbol? current = type; current is not null; current = current.ContainingType)
        {
            names.UnionWith(current.MemberNames);
            names.UnionWith(current.TypeParameters.Select(parameter => parameter.Name));
            names.Add(current.Name);
        }

        foreach (IMethodSymbol constructor in type.InstanceConstructors)
            names.UnionWith(constructor.Parameters.Select(parameter => parameter.Name));
        return names;

        bool IsTensor(ISymbol variable) => types.IsTensor(variable is ILocalSymbol local ? local.Type : ((IParameterSymbol)variable).Type);
    }

    private static DiagnosticSpec Problem(ISymbol symbol, string what, string remedy) =>
        new("ADT0201", DeclarationRules.NameLocation(symbol), new EquatableArray<string>([what, remedy]));
}
