using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Values;

/// <summary>
/// Tells, from names alone, in which bodies a rule about tensors could be broken, so that all others cost nothing. A body is of
/// interest where it names a factor or a frozen weight, multiplies matrices, or uses a member of the compilation that does.
/// </summary>
internal sealed class BodiesOfInterest(Compilation compilation, TensorTypes types)
{
    private static readonly HashSet<string> s_sources =
    [
        "Weight", "Bias", "FrozenWeights", "Factors", "LowRankFactors", "SavedA", "SavedB", "SetFactors",
        "weight", "requires_grad", "requires_grad_", "retain_grad", "grad", "optim",
    ];

    private readonly Lazy<HashSet<string>> _members = new(() => MembersOf(compilation));

    /// <summary>Whether a rule could be broken in a body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="symbol">The method, property or field whose body it is.</param>
    /// <param name="cancellation">Ends the search early.</param>
    public bool Contain(SyntaxNode body, ISymbol symbol, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (symbol is IMethodSymbol method && method.Parameters.Any(parameter => TensorTypes.Is(parameter.Type, types.FrozenWeight) || TensorTypes.Is(parameter.Type, types.Factors)))
            return true;
        foreach (SimpleNameSyntax name in body.DescendantNodesAndSelf().OfType<SimpleNameSyntax>())
        {
            string text = name.Identifier.ValueText;
            if (s_sources.Contains(text) || IsProduct(name) || IsParameterMade(name) || _members.Value.Contains(text))
                return true;
        }

        return types.HasMatrices && body.DescendantNodes().OfType<BinaryExpressionSyntax>().Any();
    }

    /// <summary>
    /// The names of members whose bodies multiply matrices, make parameters or load weights, and of those that use a member that multiplies.
    /// </summary>
    private static HashSet<string> MembersOf(Compilation compilation)
    {
        List<(string Name, HashSet<string> Uses)> bodies = [];
        HashSet<string> multiplying = [], making = [];
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
            {
                if (NameOf(node) is not { } member)
                    continue;
                HashSet<string> uses = [];
                foreach (SimpleNameSyntax name in node.DescendantNodes().OfType<SimpleNameSyntax>())
                {
                    uses.Add(name.Identifier.ValueText);
                    if (IsProduct(name))
                        multiplying.Add(member);
                    else if (IsParameterMade(name) || IsWeightLoaded(name))
                        making.Add(member);
                }

                bodies.Add((member, uses));
            }
        }

        bool isGrowing = multiplying.Count > 0;
        while (isGrowing)
        {
            isGrowing = false;
            foreach ((string name, HashSet<string> uses) in bodies)
            {
                if (!multiplying.Contains(name) && uses.Overlaps(multiplying))
                    isGrowing |= multiplying.Add(name);
            }
        }

        making.UnionWith(multiplying);
        return making;
    }

    private static string? NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        PropertyDeclarationSyntax property => property.Identifier.ValueText,
        LocalFunctionStatementSyntax function => function.Identifier.ValueText,
        VariableDeclaratorSyntax { Initializer: not null, Parent.Parent: FieldDeclarationSyntax } field => field.Identifier.ValueText,
        AssignmentExpressionSyntax { Left: SimpleNameSyntax target } => target.Identifier.ValueText,
        _ => null,
    };

    private static bool IsProduct(SimpleNameSyntax name) =>
        name.Parent is InvocationExpressionSyntax or MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax } or MemberBindingExpressionSyntax { Parent: InvocationExpressionSyntax }
        && MatrixProduct.IsNamedProduct(name.Identifier.ValueText)
        && !(name.Parent is MemberAccessExpressionSyntax access && access.Expression == name);

    private static bool IsParameterMade(SimpleNameSyntax name) =>
        name.Identifier.ValueText == "Parameter" && name.FirstAncestorOrSelf<ObjectCreationExpressionSyntax>()?.Type.Span.Contains(name.Span) == true
        || name is { Identifier.ValueText: "Parameter", Parent: InvocationExpressionSyntax or MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax } };

    private static bool IsWeightLoaded(SimpleNameSyntax name) =>
        name is { Identifier.ValueText: "Load", Parent: MemberAccessExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Weight" or "Bias" } or IdentifierNameSyntax { Identifier.ValueText: "Weight" or "Bias" or "weight" or "bias" } } };
}
