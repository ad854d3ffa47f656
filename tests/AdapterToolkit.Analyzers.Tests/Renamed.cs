using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>
/// Gives every identifier that a file of a compilation declares a name without meaning, everywhere that it is used: <c>T1</c>, <c>M2</c>,
/// <c>v3</c>. What others name stays: overrides and implementations of members that the file does not declare, the <c>Forward</c> of a
/// module, the parameters of operators and their gradients, imported functions, the names by which the language finds members, and PEFT's
/// <c>lora_A</c> and <c>lora_B</c>.
/// </summary>
internal sealed class Renamed
{
    private static readonly HashSet<string> s_foundByTheLanguage =
    [
        "Add", "GetEnumerator", "MoveNext", "Current", "Deconstruct", "Dispose", "DisposeAsync", "GetAwaiter", "Slice", "Length", "Count",
    ];

    private static readonly HashSet<string> s_ofModules = ["Forward", "ForwardSaving", "Evaluate", "Backward"];

    private readonly SemanticModel _model;
    private readonly HashSet<string> _taken;
    private readonly Dictionary<(SyntaxTree Tree, int Start), string> _names = [];
    private readonly Dictionary<string, string> _elements = [];

    private Renamed(SemanticModel model)
    {
        _model = model;
        _taken = [.. model.SyntaxTree.GetRoot().DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText)];
    }

    /// <summary>The changes that rename what a file declares, in order.</summary>
    public static IReadOnlyList<TextChange> ChangesOf(SemanticModel model)
    {
        Renamed renamed = new(model);
        List<TextChange> changes = [];
        foreach (SyntaxToken token in model.SyntaxTree.GetRoot().DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)))
        {
            if (renamed.SymbolOf(token) is { } symbol && IsNameOf(token.ValueText, symbol) && renamed.NameFor(symbol) is { } name)
                changes.Add(new TextChange(token.Span, name));
        }

        return changes;
    }

    /// <summary>Whether a name is one of the two by which PEFT's files name factors, in any spelling.</summary>
    public static bool IsOfPeft(string name) =>
        name.Replace("_", "", StringComparison.Ordinal) is var bare
            && (bare.EndsWith("loraA", StringComparison.OrdinalIgnoreCase) || bare.EndsWith("loraB", StringComparison.OrdinalIgnoreCase));

    private ISymbol? SymbolOf(SyntaxToken token) => token.Parent switch
    {
        SimpleNameSyntax { Parent: NameEqualsSyntax { Parent: AnonymousObjectMemberDeclaratorSyntax declarator } } => _model.GetDeclaredSymbol(declarator),
        SimpleNameSyntax { Parent: NameEqualsSyntax { Parent: UsingDirectiveSyntax alias } } => _model.GetDeclaredSymbol(alias),
        SimpleNameSyntax { Parent: NameColonSyntax { Parent: ArgumentSyntax { Parent: TupleExpressionSyntax } argument } } =>
            _model.GetDeclaredSymbol(argument),
        SimpleNameSyntax name when NamespaceAround(name) is { } declared => NamespaceNamed(name, declared),
        SimpleNameSyntax { IsVar: false } name => _model.GetAliasInfo(name)
            ?? _model.GetSymbolInfo(name).Symbol ?? _model.GetSymbolInfo(name).CandidateSymbols.FirstOrDefault(),
        { } declaration => _model.GetDeclaredSymbol(declaration),
        null => null,
    };

    private static BaseNamespaceDeclarationSyntax? NamespaceAround(SimpleNameSyntax name)
    {
        SyntaxNode node = name;
        while (node.Parent is QualifiedNameSyntax)
            node = node.Parent;
        return node.Parent is BaseNamespaceDeclarationSyntax declared && declared.Name == node ? declared : null;
    }

    private INamespaceSymbol? NamespaceNamed(SimpleNameSyntax name, BaseNamespaceDeclarationSyntax declared)
    {
        INamespaceSymbol? found = _model.GetDeclaredSymbol(declared) as INamespaceSymbol;
        while (found is { IsGlobalNamespace: false } && found.Name != name.Identifier.ValueText)
            found = found.ContainingNamespace;
        return found;
    }

    private static bool IsNameOf(string text, ISymbol symbol) =>
        text == symbol.Name
        || (symbol is IMethodSymbol { MethodKind: MethodKind.Constructor or MethodKind.Destructor } method && IsNameOf(text, method.ContainingType))
        || (symbol is INamedTypeSymbol && symbol.Name == text + nameof(Attribute)) || symbol.Name.EndsWith("." + text, StringComparison.Ordinal);

    /// <summary>The new name of a symbol; null where it keeps its own.</summary>
    private string? NameFor(ISymbol symbol)
    {
        if (symbol is IMethodSymbol { MethodKind: MethodKind.Constructor or MethodKind.Destructor })
            symbol = symbol.ContainingType;
        if (symbol is IMethodSymbol { ReducedFrom: { } unreduced })
            symbol = unreduced;
        symbol = symbol.OriginalDefinition;
        if (symbol is IFieldSymbol { CorrespondingTupleField: not null } or IPropertySymbol { ContainingType.IsAnonymousType: true })
            return NameOfElement(symbol);
        if (FirstDeclared(symbol) is not { } declared || IsKept(declared) || declared.Locations.FirstOrDefault(place => place.IsInSource) is not { } place
            || place.SourceTree != _model.SyntaxTree)
            return null;
        (SyntaxTree, int) key = (place.SourceTree, place.SourceSpan.Start);
        if (!_names.TryGetValue(key, out string? name))
        {
            string letter = declared is INamespaceSymbol ? "N" : declared is ITypeSymbol ? "T" : declared is IMethodSymbol ? "M" : "v";
            int number = _names.Count + 1;
            while (!_taken.Add(letter + number))
                number++;
            _names.Add(key, name = letter + number);
        }

        return name;
    }

    /// <summary>The name of a tuple's element or an anonymous object's member: one of its own, or that of the expression that it takes its name from.</summary>
    private string? NameOfElement(ISymbol element)
    {
        if (element.Locations.FirstOrDefault(place => place.IsInSource) is not { SourceTree: { } tree } place || tree != _model.SyntaxTree)
            return null;
        SyntaxNode node = tree.GetRoot().FindNode(place.SourceSpan, getInnermostNodeForTie: true);
        ExpressionSyntax? given = node.AncestorsAndSelf().Select(around => around switch
        {
            ArgumentSyntax { NameColon: null, Parent: TupleExpressionSyntax } argument => argument.Expression,
            AnonymousObjectMemberDeclaratorSyntax { NameEquals: null } declarator => declarator.Expression,
            _ => null,
        }).FirstOrDefault(found => found is not null && found.Span.Contains(place.SourceSpan));
        if (given is null)
        {
            if (!_elements.TryGetValue(element.Name, out string? name))
                _elements.Add(element.Name, name = "e" + (_elements.Count + 1));
            return name;
        }

        SimpleNameSyntax? last = given.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().LastOrDefault(name => name.Identifier.ValueText == element.Name);
        return last is not null && SymbolOf(last.Identifier) is { } source ? NameFor(source) : null;
    }

    /// <summary>The member that gives a symbol its name: what it overrides or implements; null where that is not of this compilation.</summary>
    private static ISymbol? FirstDeclared(ISymbol symbol)
    {
        ISymbol current = symbol;
        while (Overridden(current) is { } overridden)
            current = overridden.OriginalDefinition;
        if (current is IMethodSymbol or IPropertySymbol or IEventSymbol && current.ContainingType is { } type)
        {
            foreach (ISymbol member in type.AllInterfaces.SelectMany(inherited => inherited.GetMembers()))
            {
                if (SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(member)?.OriginalDefinition, current))
                    return member.OriginalDefinition.Locations.Any(place => place.IsInSource) ? FirstDeclared(member.OriginalDefinition) : null;
            }
        }

        return current;
    }

    private static ISymbol? Overridden(ISymbol symbol) => symbol switch
    {
        IMethodSymbol method => method.OverriddenMethod,
        IPropertySymbol property => property.OverriddenProperty,
        IEventSymbol found => found.OverriddenEvent,
        _ => null,
    };

    private static bool IsKept(ISymbol symbol) =>
        symbol.Name.All(letter => letter == '_')
        || IsOfPeft(symbol.Name)
        || (symbol.IsImplicitlyDeclared && symbol.DeclaringSyntaxReferences.Length == 0)
        || symbol.Locations.Any(place => place.IsInMetadata)
        || symbol is IMethodSymbol { IsExtern: true } or IMethodSymbol { MethodKind: not (MethodKind.Ordinary or MethodKind.LocalFunction) }
        || (symbol is IParameterSymbol && (symbol.IsImplicitlyDeclared || IsOfGradients(symbol.ContainingSymbol)))
        || (symbol is IMethodSymbol or IPropertySymbol && s_foundByTheLanguage.Contains(symbol.Name))
        || (symbol is IMethodSymbol { ContainingType: { } type } && s_ofModules.Contains(symbol.Name) && IsOfModules(type));

    /// <summary>Whether a method is an operator, or computes one's gradient: the toolkit knows what that needs by the names of its parameters.</summary>
    private static bool IsOfGradients(ISymbol method) => method.ContainingType is { } type && type.GetMembers().OfType<IMethodSymbol>().Any(candidate =>
        candidate.GetAttributes().Where(attribute => attribute.AttributeClass?.Name == nameof(GradientAttribute)).Any(attribute =>
            SymbolEqualityComparer.Default.Equals(candidate, method)
            || attribute.ConstructorArguments.Concat(attribute.NamedArguments.Select(named => named.Value))
                .Any(named => named.Value as string == method.Name)));

    private static bool IsOfModules(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            if (current.GetAttributes().Any(attribute => attribute.AttributeClass?.Name is "AdapterModelAttribute" or "LowRankAttribute")
                || current is { Name: "Module", ContainingNamespace.Name: "Modules" })
                return true;
        }

        return false;
    }
}
