using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// The bodies of a compilation's methods, and the initializers of its fields and properties, as control flow graphs. Whatever analyzes a compilation shares
/// them: each is read once.
/// </summary>
internal sealed class Bodies
{
    private static readonly ConditionalWeakTable<Compilation, Bodies> s_known = new();

    private readonly Compilation _compilation;
    private readonly ConcurrentDictionary<SyntaxTree, SemanticModel> _models = new();
    private readonly ConcurrentDictionary<ISymbol, ControlFlowGraph?> _graphs = new(SymbolEqualityComparer.Default);

    private Bodies(Compilation compilation) => _compilation = compilation;

    /// <summary>The bodies of a compilation.</summary>
    public static Bodies Of(Compilation compilation) => s_known.GetValue(compilation, static compilation => new Bodies(compilation));

    /// <summary>The semantic model of a file. A file of another project, whose symbols an editor hands out with their source, has that project's.</summary>
    /// <remarks>It does without nullable analysis, of which nothing is asked.</remarks>
    public SemanticModel ModelOf(SyntaxTree tree) =>
#pragma warning disable RSEXPERIMENTAL001 // This overload is marked as one that may change; it is the only way to do without nullable analysis.
        _models.GetOrAdd(tree, tree => (OwnerOf(tree, _compilation, []) ?? _compilation).GetSemanticModel(tree, SemanticModelOptions.DisableNullableAnalysis));
#pragma warning restore RSEXPERIMENTAL001

    /// <summary>
    /// The operation of an expression; null where it is one of another project, which is known here by its declarations alone, as a build knows it.
    /// </summary>
    public IOperation? OperationOf(SyntaxNode node, CancellationToken cancellation) =>
        _compilation.ContainsSyntaxTree(node.SyntaxTree) ? ModelOf(node.SyntaxTree).GetOperation(node, cancellation) : null;

    /// <summary>Whether the compilation declares a symbol, rather than a library or another project.</summary>
    public bool Declares(ISymbol symbol) => SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, _compilation.Assembly);

    /// <summary>The compilation of a file: this one, or one that is referenced; null where it is none of them.</summary>
    private static Compilation? OwnerOf(SyntaxTree tree, Compilation compilation, HashSet<Compilation> seen)
    {
        if (compilation.ContainsSyntaxTree(tree))
            return compilation;
        return seen.Add(compilation)
            ? compilation.References.OfType<CompilationReference>().Select(reference => OwnerOf(tree, reference.Compilation, seen))
                .FirstOrDefault(owner => owner is not null)
            : null;
    }

    /// <summary>The body of a symbol; null where it has none of its own, as a local function, which is a part of another one.</summary>
    /// <param name="symbol">A method, field or property of the compilation.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public ControlFlowGraph? GraphOf(ISymbol symbol, CancellationToken cancellation)
    {
        symbol = symbol is IMethodSymbol method ? DefinitionOf(method) : symbol;
        if (!_graphs.TryGetValue(symbol, out ControlFlowGraph? graph))
            _graphs[symbol] = graph = Read(symbol, cancellation);
        return graph;
    }

    /// <summary>The method as it is declared: not reduced to an instance's, without type arguments, and of a partial one the part that has the body.</summary>
    public static IMethodSymbol DefinitionOf(IMethodSymbol method)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        return method.PartialImplementationPart ?? method;
    }

    /// <summary>The body of a local function; null where no body around declares it.</summary>
    /// <param name="function">The function.</param>
    /// <param name="scope">The body in which it is called.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static ControlFlowGraph? OfLocalFunction(IMethodSymbol function, ControlFlowGraph scope, CancellationToken cancellation)
    {
        for (ControlFlowGraph? around = scope; around is not null; around = around.Parent)
        {
            if (around.LocalFunctions.Contains(function, SymbolEqualityComparer.Default))
                return around.GetLocalFunctionControlFlowGraph(function, cancellation);
        }

        return null;
    }

    private ControlFlowGraph? Read(ISymbol symbol, CancellationToken cancellation)
    {
        foreach (SyntaxReference reference in symbol.DeclaringSyntaxReferences)
        {
            SyntaxNode? node = reference.GetSyntax(cancellation) switch
            {
                VariableDeclaratorSyntax declarator => declarator.Initializer,
                PropertyDeclarationSyntax property when symbol is IPropertySymbol => property.Initializer,
                var other => other,
            };
            ControlFlowGraph? graph = node is null ? null : OperationOf(node, cancellation) switch
            {
                IMethodBodyOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
                IConstructorBodyOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
                IBlockOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
                IFieldInitializerOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
                IPropertyInitializerOperation { Parent: null } body => ControlFlowGraph.Create(body, cancellation),
                _ => null,
            };
            if (graph is not null)
                return graph;
        }

        return null;
    }
}
