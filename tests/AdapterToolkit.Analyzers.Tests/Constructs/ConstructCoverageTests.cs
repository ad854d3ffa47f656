using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests.Constructs;

/// <summary>The constructs of the walk are all that the language has: each kind of syntax and of operation is met in one of them.</summary>
public sealed partial class ConstructCoverageTests
{
    /// <summary>Kinds of syntax that no body of the walk has, and why.</summary>
    private static readonly Dictionary<SyntaxKind, string> s_noSyntax = new()
    {
        [SyntaxKind.FileScopedNamespaceDeclaration] = "each program stands in a namespace with braces, or in none",
    };

    /// <summary>Kinds of operations that no body of the walk has, and why.</summary>
    private static readonly Dictionary<OperationKind, string> s_noOperation = new()
    {
        [OperationKind.Stop] = "a statement of Visual Basic",
        [OperationKind.End] = "a statement of Visual Basic",
        [OperationKind.RaiseEvent] = "a statement of Visual Basic",
        [OperationKind.ReDim] = "a statement of Visual Basic",
        [OperationKind.ReDimClause] = "a part of a statement of Visual Basic",
        [OperationKind.Parenthesized] = "C# leaves parentheses out of the tree",
        [OperationKind.OmittedArgument] = "an argument of Visual Basic",
        [OperationKind.StaticLocalInitializationSemaphore] = "of the static locals of Visual Basic",
        [OperationKind.InterpolatedStringAppendInvalid] = "of code that does not compile",
    };

    [Fact]
    public async Task EveryKindOfSyntaxIsMet()
    {
        HashSet<SyntaxKind> met = [];
        foreach (SyntaxTree tree in Trees())
        {
            foreach (SyntaxNode node in (await tree.GetRootAsync(TestContext.Current.CancellationToken)).DescendantNodesAndSelf())
                met.Add(node.Kind());
        }

        SyntaxKind[] nodes = [.. Enum.GetValues<SyntaxKind>().Where(kind => KindOfNode().IsMatch(kind.ToString()))];
        Assert.Equal("", string.Join(' ', nodes.Where(kind => !met.Contains(kind) && !s_noSyntax.ContainsKey(kind))));
        Assert.Equal([], s_noSyntax.Keys.Where(met.Contains));
    }

    [Fact]
    public void EveryKindOfOperationIsMet()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        HashSet<OperationKind> met = [];
        CSharpCompilation compilation = Walk.Compile(Place.HelperOfTorch, Construct.All);
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (SyntaxNode node in tree.GetRoot(cancellation).DescendantNodes())
            {
                if (model.GetOperation(node, cancellation) is not { Parent: null } operation)
                    continue;
                met.UnionWith(operation.DescendantsAndSelf().Select(part => part.Kind));
                if (GraphOf(operation, cancellation) is { } graph)
                    met.UnionWith(OperationsOf(graph, cancellation).Select(part => part.Kind));
            }
        }

        OperationKind[] kinds = [.. typeof(OperationKind).GetFields().Where(field => field.IsLiteral && !field.IsDefined(typeof(ObsoleteAttribute)))
            .Select(field => (OperationKind)field.GetValue(null)!).Distinct()];
        Assert.Equal("", string.Join(' ', kinds.Where(kind => !met.Contains(kind) && !s_noOperation.ContainsKey(kind))));
        Assert.Equal([], s_noOperation.Keys.Where(met.Contains));
    }

    private static IEnumerable<SyntaxTree> Trees() => Walk.Compile(Place.HelperOfTorch, Construct.All).SyntaxTrees
        .Concat(Walk.Compile(Place.All.Single(place => place.IsTopLevel), Construct.All.Take(1)).SyntaxTrees);

    private static ControlFlowGraph? GraphOf(IOperation operation, CancellationToken cancellation) => operation switch
    {
        IMethodBodyOperation body => ControlFlowGraph.Create(body, cancellation),
        IConstructorBodyOperation body => ControlFlowGraph.Create(body, cancellation),
        IFieldInitializerOperation body => ControlFlowGraph.Create(body, cancellation),
        IPropertyInitializerOperation body => ControlFlowGraph.Create(body, cancellation),
        _ => null,
    };

    private static IEnumerable<IOperation> OperationsOf(ControlFlowGraph graph, CancellationToken cancellation)
    {
        IOperation[] own = [.. graph.Blocks.SelectMany(block => block.Operations.Append(block.BranchValue)).OfType<IOperation>()
            .SelectMany(operation => operation.DescendantsAndSelf())];
        return own
            .Concat(own.OfType<IFlowAnonymousFunctionOperation>()
                .SelectMany(function => OperationsOf(graph.GetAnonymousFunctionControlFlowGraph(function, cancellation), cancellation)))
            .Concat(graph.LocalFunctions.SelectMany(function => OperationsOf(graph.GetLocalFunctionControlFlowGraph(function, cancellation), cancellation)));
    }

    /// <summary>The names of the kinds of statements, expressions, patterns, declarations and their parts, without those of documentation.</summary>
    [GeneratedRegex("^(?!Xml|Cref|Unknown).+(Statement|Expression|Pattern|Declaration|Clause|Label|Arm|Initializer|Designation|Element|Section"
        + "|Subpattern|Constraint|List|Type)$")]
    private static partial Regex KindOfNode();
}
