using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>A body that a rule looks at.</summary>
/// <param name="file">The file that it stands in, and where mistakes are reported.</param>
/// <param name="symbol">The method, or the field or property with an initializer.</param>
/// <param name="graph">The body.</param>
internal readonly struct BodyContext(SemanticModelAnalysisContext file, ISymbol symbol, ControlFlowGraph graph)
{
    /// <summary>The method, or the field or property with an initializer.</summary>
    public ISymbol Symbol => symbol;

    /// <summary>The body.</summary>
    public ControlFlowGraph Graph => graph;

    /// <summary>The body as it is written.</summary>
    public IOperation Operation => graph.OriginalOperation;

    /// <summary>Ends the look early.</summary>
    public CancellationToken Cancellation => file.CancellationToken;

    /// <summary>Reports a mistake.</summary>
    public void Report(Diagnostic diagnostic) => file.ReportDiagnostic(diagnostic);
}
