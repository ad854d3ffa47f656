using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Merges;

/// <summary>Where a compilation names dense weights, and where it calls what; looked up once, by names alone.</summary>
internal sealed class StorageUses
{
    private readonly Dictionary<string, List<SyntaxNode>> _calls = [];

    /// <summary>Looks through a compilation.</summary>
    public StorageUses(Compilation compilation)
    {
        foreach (SyntaxNode node in compilation.SyntaxTrees.SelectMany(tree => tree.GetRoot().DescendantNodes()))
        {
            switch (node)
            {
                case IdentifierNameSyntax { Identifier.ValueText: "Dense" or "WeightStorage" }:
                    NamesDense = true;
                    break;
                case InvocationExpressionSyntax { Expression: var called }:
                    Add(called switch
                    {
                        SimpleNameSyntax name => name.Identifier.ValueText,
                        MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } => name,
                        MemberBindingExpressionSyntax { Name.Identifier.ValueText: var name } => name,
                        _ => "",
                    }, node);
                    break;
                case BaseObjectCreationExpressionSyntax or PrimaryConstructorBaseTypeSyntax or ConstructorInitializerSyntax:
                    Add(WellKnownMemberNames.InstanceConstructorName, node);
                    break;
            }
        }
    }

    /// <summary>Whether some code could load dense weights.</summary>
    public bool NamesDense { get; }

    /// <summary>The calls of methods with a method's name.</summary>
    public IReadOnlyList<SyntaxNode> CallsOf(IMethodSymbol method) => _calls.TryGetValue(method.Name, out List<SyntaxNode>? calls) ? calls : [];

    private void Add(string name, SyntaxNode call)
    {
        if (!_calls.TryGetValue(name, out List<SyntaxNode>? calls))
            _calls.Add(name, calls = []);
        calls.Add(call);
    }
}
