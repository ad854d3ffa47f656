using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Reach;

/// <summary>One body of code that is walked backwards, for the liveness of its variables.</summary>
internal sealed class Body
{
    /// <summary>Starts a body.</summary>
    /// <param name="graph">Its control flow; null for an expression that stands alone.</param>
    /// <param name="isResultDemanded">Whether what it returns is used.</param>
    /// <param name="method">The method whose body it is: what it hands out by reference is used behind it.</param>
    public Body(ControlFlowGraph? graph, bool isResultDemanded, IMethodSymbol? method = null)
    {
        Graph = graph;
        IsResultDemanded = isResultDemanded;
        Escaping.UnionWith(method?.Parameters.Where(parameter => parameter.RefKind is RefKind.Ref or RefKind.Out) ?? []);
        foreach (IOperation operation in graph?.OriginalOperation.Descendants() ?? [])
        {
            if (operation is IVariableDeclaratorOperation { Symbol: { IsRef: true } reference })
                Escaping.Add(reference);
            if (operation is IVariableDeclaratorOperation { Symbol.IsRef: true }
                || (operation is IAnonymousFunctionOperation or ILocalFunctionOperation && operation != graph!.OriginalOperation))
                Escaping.UnionWith(operation.Descendants().Select(Expression.VariableOf).Where(variable => variable is not null)!);
        }

        foreach (IFlowCaptureOperation capture in graph?.Blocks.SelectMany(block => block.Operations).OfType<IFlowCaptureOperation>() ?? [])
        {
            if (Expression.VariableOf(capture.Value) is { } variable)
                Captured[capture.Id] = variable;
        }
    }

    /// <summary>Its control flow.</summary>
    public ControlFlowGraph? Graph { get; }

    /// <summary>Whether what it returns is used.</summary>
    public bool IsResultDemanded { get; }

    /// <summary>The variables that are live: their values are used behind the present point.</summary>
    public HashSet<object> Live { get; set; } = [];

    /// <summary>
    /// Variables that escape: their values are used at times that the order of statements does not tell, by lambdas and references.
    /// </summary>
    public HashSet<object> Escaping { get; } = [];

    /// <summary>The variables used by the handlers around the present point.</summary>
    public HashSet<object> UsedByHandlers { get; set; } = [];

    /// <summary>The variables that temporary places of the compiler stand for.</summary>
    public Dictionary<CaptureId, ISymbol> Captured { get; } = [];

    /// <summary>Whether a variable's value is used behind the present point.</summary>
    public bool IsUsed(object variable) => Live.Contains(variable) || OutlivesAssignments(variable);

    /// <summary>Whether a variable's value may be used even where it is assigned before its next use.</summary>
    public bool OutlivesAssignments(object variable) => Escaping.Contains(variable) || UsedByHandlers.Contains(variable);
}
