using System.Runtime.CompilerServices;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>Where a compilation names dense weights, and where it calls what; looked up once, by names alone.</summary>
/// <param name="compilation">The compilation.</param>
internal sealed class StorageUses(Compilation compilation)
{
    // A file that is not edited keeps its tree, and what is known of it.
    private static readonly ConditionalWeakTable<SyntaxTree, OfFile> s_known = new();

    private static readonly HashSet<string> s_dense = [RuntimeNames.Members.Dense, RuntimeNames.Simple(RuntimeNames.WeightStorage)];

    private readonly OfFile[] _files = [.. WrittenFiles.Of(compilation).Select(tree => s_known.GetValue(tree, static tree => new OfFile(tree)))];

    /// <summary>Whether some code could load dense weights.</summary>
    public bool NamesDense => _files.Any(file => file.NamesDense);

    /// <summary>The calls of methods with a method's name, and the arguments that may hand such a method on.</summary>
    public IEnumerable<SyntaxNode> CallsOf(IMethodSymbol method) => _files.SelectMany(file => file.CallsOf(method.Name));

    /// <summary>What one file names and calls.</summary>
    private sealed class OfFile
    {
        private readonly Dictionary<string, List<SyntaxNode>> _calls = [];

        public OfFile(SyntaxTree tree)
        {
            foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
            {
                switch (node)
                {
                    case IdentifierNameSyntax { Identifier.ValueText: var named } when s_dense.Contains(named):
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
                    case ArgumentSyntax { Expression: SimpleNameSyntax or MemberAccessExpressionSyntax } argument:
                        Add(argument.Expression is MemberAccessExpressionSyntax access ? access.Name.Identifier.ValueText
                            : ((SimpleNameSyntax)argument.Expression).Identifier.ValueText, node);
                        break;
                    case BaseObjectCreationExpressionSyntax or PrimaryConstructorBaseTypeSyntax or ConstructorInitializerSyntax:
                        Add(WellKnownMemberNames.InstanceConstructorName, node);
                        break;
                }
            }
        }

        public bool NamesDense { get; }

        public List<SyntaxNode> CallsOf(string name) => _calls.TryGetValue(name, out List<SyntaxNode>? calls) ? calls : [];

        private void Add(string name, SyntaxNode call)
        {
            if (!_calls.TryGetValue(name, out List<SyntaxNode>? calls))
                _calls.Add(name, calls = []);
            calls.Add(call);
        }
    }
}
