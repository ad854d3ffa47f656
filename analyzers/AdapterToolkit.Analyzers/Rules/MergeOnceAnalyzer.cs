using AdapterToolkit.Analyzers.Domains.Merges;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>ADT0107: an adapter is merged twice, or used after a merge.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MergeOnceAnalyzer() : ToolkitAnalyzer(s_rule)
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0107",
        "An adapter is merged twice, or used after a merge",
        "'{0}' {1}",
        "Adapters",
        DiagnosticSeverity.Warning,
        "A merge adds s BA to W and gives the factors back, or keeps them idle for Unmerge. "
            + "A second one, or use of the adapter beside the merged weight, counts the adapter twice or finds none.");

    private protected override void Start(CompilationStartAnalysisContext start)
    {
        MergeTypes types = MergeTypes.Of(start.Compilation);
        if (types.AreThere && !types.IsToolkit && types.IsUsed)
            start.RegisterOperationBlockAction(block => Analyze(block, types));
    }

    private static void Analyze(OperationBlockAnalysisContext context, MergeTypes types)
    {
        foreach (IOperation block in context.OperationBlocks)
        {
            if (block.Kind is OperationKind.None || !types.MayMerge(block.Syntax))
                continue;
            MergeResult result = MergeFlow.Run(types, context.GetControlFlowGraph(block), context.OwningSymbol, context.CancellationToken);
            foreach (KeyValuePair<SyntaxNode, MergeFinding> finding in result.Findings.OrderBy(finding => finding.Key.SpanStart))
                context.ReportDiagnostic(Diagnostic.Create(s_rule, finding.Key.GetLocation(), finding.Value.Name, MergeMessage.Of(finding.Value, finding.Key)));
        }
    }
}
