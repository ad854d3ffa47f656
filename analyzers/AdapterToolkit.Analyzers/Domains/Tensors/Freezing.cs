using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>Where a compilation tells parameters of TorchSharp that they require no gradient, looked up once.</summary>
/// <param name="compilation">The compilation.</param>
/// <param name="types">The known types.</param>
/// <param name="lowRank">The factors and weights of classes written by hand.</param>
/// <param name="modelOf">Gives the semantic model of a file.</param>
internal sealed class Freezing(Compilation compilation, TensorTypes types, LowRankMembers lowRank, Func<SyntaxTree, SemanticModel> modelOf)
{
    private const string Property = "requires_grad", Method = "requires_grad_", Parameter = "Parameter", Freeze = "freeze";

    // A file that is not edited keeps its tree, and what is known of it.
    private static readonly ConditionalWeakTable<SyntaxTree, SimpleNameSyntax[]> s_names = new();

    private readonly ConcurrentDictionary<ITypeSymbol, ISymbol[]> _weights = new(SymbolEqualityComparer.Default);
    private List<(SyntaxNode Place, ISymbol? Target)>? _places;

    /// <summary>The places at which something is frozen, and what: null where that may be anything.</summary>
    private List<(SyntaxNode Place, ISymbol? Target)> Places => _places ??= Find();

    /// <summary>The frozen weights that a module, or a module in it, holds beside their factors.</summary>
    public IReadOnlyList<ISymbol> WeightsIn(ITypeSymbol? module) =>
        module is null || !KnownTypes.DerivesFrom(module, types.TorchModule) ? [] : _weights.GetOrAdd(module, FindWeights);

    /// <summary>The weights of a module among its parameters that nothing freezes.</summary>
    public IEnumerable<ISymbol> TrainedIn(ITypeSymbol? module) =>
        WeightsIn(module).Where(weight => IsRegistered(weight)
            && !Places.Any(place => place.Target is null or ILocalSymbol or IParameterSymbol || SymbolEqualityComparer.Default.Equals(place.Target, weight)));

    /// <summary>Whether a parameter that an expression makes is told to require no gradient.</summary>
    public bool IsFrozenAgain(SyntaxNode creation)
    {
        if (creation is BaseObjectCreationExpressionSyntax { Initializer.Expressions: var initial }
            && initial.Any(expression => expression is AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: Property } } assignment
                && Freezes(assignment.Right)))
            return true;
        if (MadeFor(creation) is not { } target)
            return false;
        TypeDeclarationSyntax? type = creation.FirstAncestorOrSelf<TypeDeclarationSyntax>();
        return Places.Any(place => SymbolEqualityComparer.Default.Equals(place.Target, target)
            || (target is not ILocalSymbol && place.Target is null or ILocalSymbol && type is not null
                && place.Place.FirstAncestorOrSelf<TypeDeclarationSyntax>() == type));
    }

    /// <summary>Whether something is frozen behind an expression in the same body.</summary>
    public bool FollowsIn(SyntaxNode expression)
    {
        SyntaxNode? body = expression.Ancestors().FirstOrDefault(ancestor => ancestor is MemberDeclarationSyntax and not GlobalStatementSyntax);
        return Places.Any(place => place.Place.SyntaxTree == expression.SyntaxTree
            && place.Place.SpanStart > expression.SpanStart && (body is null || body.Span.Contains(place.Place.Span)));
    }

    private List<(SyntaxNode Place, ISymbol? Target)> Find()
    {
        List<(SyntaxNode Place, ISymbol? Target)> places = [];
        foreach (SimpleNameSyntax name in WrittenFiles.Of(compilation).SelectMany(NamesIn))
        {
            string text = name.Identifier.ValueText;
            if (text is Property or Method or Parameter
                && modelOf(name.SyntaxTree).GetSymbolInfo(name).Symbol is { DeclaringSyntaxReferences.Length: > 0 })
                continue;
            switch (name.Parent)
            {
                case MemberAccessExpressionSyntax { Parent: AssignmentExpressionSyntax assignment } access
                    when text == Property && assignment.Left == access && Freezes(assignment.Right):
                    places.Add((access, TargetOf(access.Expression)));
                    break;
                case MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax { ArgumentList.Arguments: [{ Expression: var flag }] } } access
                    when text == Method && Freezes(flag):
                    places.Add((access, TargetOf(access.Expression)));
                    break;
                case AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax { Parent: { } creation } } assignment
                    when text == Property && assignment.Left == name && Freezes(assignment.Right):
                    places.Add((name, MadeFor(creation)));
                    break;
                case NameColonSyntax { Parent: ArgumentSyntax { Expression: var flag, Parent.Parent: { } creation } } when text == Property && Freezes(flag):
                    places.Add((name, MadeFor(creation)));
                    break;
                default:
                    if (text == Parameter
                        && name.FirstAncestorOrSelf<ExpressionSyntax>(node => node is ObjectCreationExpressionSyntax or InvocationExpressionSyntax) is { } made
                        && SecondOf(made) is { } second && Freezes(second))
                        places.Add((name, MadeFor(made)));
                    else if (text.IndexOf(Freeze, StringComparison.OrdinalIgnoreCase) >= 0 && text.IndexOf("unfreeze", StringComparison.OrdinalIgnoreCase) < 0
                        && name.FirstAncestorOrSelf<InvocationExpressionSyntax>() is { } call
                        && modelOf(name.SyntaxTree).GetSymbolInfo(call).Symbol is not { DeclaringSyntaxReferences.Length: > 0 })
                        places.Add((name, null));
                    break;
            }
        }

        return places;
    }

    /// <summary>The names in a file that can be of a place where something is frozen.</summary>
    private static IReadOnlyList<SimpleNameSyntax> NamesIn(SyntaxTree tree) => s_names.GetValue(tree, static tree =>
    {
        WrittenText text = WrittenText.Of(tree);
        return
        [
            .. new[] { Property, Freeze, Parameter }.SelectMany(text.PlacesOfPart).OrderBy(place => place)
                .Select(place => tree.GetRoot().FindToken(place).Parent).OfType<SimpleNameSyntax>().Distinct(),
        ];
    });

    private static ExpressionSyntax? SecondOf(ExpressionSyntax made) => made switch
    {
        BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: [_, { NameColon: null } second, ..] } => second.Expression,
        InvocationExpressionSyntax { ArgumentList.Arguments: [_, { NameColon: null } second, ..] } => second.Expression,
        _ => null,
    };

    private static bool Freezes(ExpressionSyntax flag) => !flag.IsKind(SyntaxKind.TrueLiteralExpression);

    /// <summary>What is frozen: the member or variable that holds it, or the layer whose weight it is.</summary>
    private ISymbol? TargetOf(ExpressionSyntax frozen)
    {
        ISymbol? symbol = modelOf(frozen.SyntaxTree).GetSymbolInfo(frozen).Symbol;
        return symbol is IFieldSymbol or IPropertySymbol && types.IsOfTorch(symbol.ContainingType) && frozen is MemberAccessExpressionSyntax access
            ? TargetOf(access.Expression)
            : symbol is IMethodSymbol ? null : symbol?.OriginalDefinition;
    }

    /// <summary>The variable or member that is given what an expression makes.</summary>
    private ISymbol? MadeFor(SyntaxNode creation)
    {
        SyntaxNode node = creation;
        while (node.Parent is ParenthesizedExpressionSyntax or CastExpressionSyntax or PostfixUnaryExpressionSyntax)
            node = node.Parent;
        return node.Parent switch
        {
            AssignmentExpressionSyntax assignment when assignment.Right == node =>
                modelOf(creation.SyntaxTree).GetSymbolInfo(assignment.Left).Symbol?.OriginalDefinition,
            EqualsValueClauseSyntax { Parent: { } declared } => modelOf(creation.SyntaxTree).GetDeclaredSymbol(declared),
            _ => null,
        };
    }

    private ISymbol[] FindWeights(ITypeSymbol module)
    {
        List<ISymbol> weights = [];
        SeenTypes seen = new();
        Stack<ITypeSymbol> rest = new([module]);
        while (rest.Count > 0)
        {
            ITypeSymbol type = rest.Pop();
            if (!seen.Add(type))
                continue;
            foreach (ITypeSymbol argument in (type as INamedTypeSymbol)?.TypeArguments ?? [])
                rest.Push(argument);
            if (type.DeclaringSyntaxReferences.Length == 0 || !KnownTypes.DerivesFrom(type, types.TorchModule))
                continue;
            foreach (ISymbol member in type.GetMembers())
            {
                if (member is IFieldSymbol { IsStatic: false } field)
                    rest.Push(field.Type);
                if (lowRank.IsFrozenWeight(member) && member is IFieldSymbol { IsImplicitlyDeclared: false })
                    weights.Add(member);
            }
        }

        return [.. weights];
    }

    /// <summary>Whether a member is a parameter, or has some, and its class registers its members.</summary>
    private bool IsRegistered(ISymbol weight) =>
        weight is IFieldSymbol { Type: var type } && (TensorTypes.Is(type, types.TorchParameter) || KnownTypes.DerivesFrom(type, types.TorchModule))
            && weight.ContainingType.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax().DescendantNodes().OfType<IdentifierNameSyntax>()
                .Any(name => name.Identifier.ValueText is "RegisterComponents" or "register_parameter" or "register_module"));
}
