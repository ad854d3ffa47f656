using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>The names that the body of one member uses, and what they say of it.</summary>
/// <param name="name">The member.</param>
internal sealed class MemberNames(string name)
{
    // A file that is not edited keeps its tree, and what is known of it.
    private static readonly ConditionalWeakTable<SyntaxTree, IReadOnlyList<MemberNames>> s_known = new();

    /// <summary>The member: a method, a property, a local function, a field that is given a value, or what a method is called of.</summary>
    public string Name { get; } = name;

    /// <summary>The names in its body.</summary>
    public HashSet<string> Uses { get; } = [];

    /// <summary>Whether it makes a parameter, or loads a weight.</summary>
    public bool MakesParameters { get; private set; }

    /// <summary>The members of a file.</summary>
    public static IReadOnlyList<MemberNames> Of(SyntaxTree tree) => s_known.GetValue(tree, Read);

    /// <summary>Whether a name is that of <c>Parameter</c>, where one is made.</summary>
    public static bool IsParameterMade(SimpleNameSyntax name) =>
        name.Identifier.ValueText == "Parameter"
        && (name.FirstAncestorOrSelf<ObjectCreationExpressionSyntax>()?.Type.Span.Contains(name.Span) == true
            || name.Parent is InvocationExpressionSyntax or MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax });

    private static IReadOnlyList<MemberNames> Read(SyntaxTree tree)
    {
        List<MemberNames> members = [];
        List<(MemberNames Member, int End)> around = [];
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
        {
            while (around.Count > 0 && node.FullSpan.Start >= around[around.Count - 1].End)
                around.RemoveAt(around.Count - 1);
            if (node is SimpleNameSyntax used)
            {
                foreach ((MemberNames member, _) in around)
                    member.Use(used);
            }
            else if (NameOf(node) is { } name)
            {
                around.Add((new MemberNames(name), node.FullSpan.End));
                members.Add(around[around.Count - 1].Member);
            }
        }

        return members;
    }

    private void Use(SimpleNameSyntax name)
    {
        Uses.Add(name.Identifier.ValueText);
        if (IsParameterMade(name) || IsWeightLoaded(name))
            MakesParameters = true;
    }

    private static string? NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        PropertyDeclarationSyntax property => property.Identifier.ValueText,
        LocalFunctionStatementSyntax function => function.Identifier.ValueText,
        VariableDeclaratorSyntax { Initializer: not null, Parent.Parent: FieldDeclarationSyntax } field => field.Identifier.ValueText,
        AssignmentExpressionSyntax { Left: SimpleNameSyntax target } => target.Identifier.ValueText,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax filled } } => filled.Identifier.ValueText,
        _ => null,
    };

    private static bool IsWeightLoaded(SimpleNameSyntax name) =>
        name is { Identifier.ValueText: "Load", Parent: MemberAccessExpressionSyntax { Expression: var loaded } }
            && loaded is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Weight" or "Bias" }
                or IdentifierNameSyntax { Identifier.ValueText: "Weight" or "Bias" or "weight" or "bias" };
}
