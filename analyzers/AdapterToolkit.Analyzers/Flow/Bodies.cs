using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>The bodies of methods, and the initializers of fields and properties, as control flow graphs.</summary>
internal static class Bodies
{
    /// <summary>The body of a symbol; null where it has none of its own, as a local function, which is a part of another one.</summary>
    /// <param name="symbol">A method, field or property of the compilation.</param>
    /// <param name="modelOf">Gives the semantic model of a file.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static ControlFlowGraph? Of(ISymbol symbol, Func<SyntaxTree, SemanticModel> modelOf, CancellationToken cancellation)
    {
        foreach (SyntaxReference reference in symbol.DeclaringSyntaxReferences)
        {
            SyntaxNode? node = reference.GetSyntax(cancellation) switch
            {
                VariableDeclaratorSyntax declarator => declarator.Initializer,
                PropertyDeclarationSyntax property when symbol is IPropertySymbol => property.Initializer,
                var other => other,
            };
            ControlFlowGraph? graph = node is null ? null : modelOf(node.SyntaxTree).GetOperation(node, cancellation) switch
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
}
