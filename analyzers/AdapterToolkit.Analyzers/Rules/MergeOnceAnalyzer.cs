using AdapterToolkit.Analyzers.Domains.Merges;
using AdapterToolkit.Analyzers.Flow;
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
        if (!types.AreThere || types.IsToolkit || !IsToolkitUsed(start.Compilation) || !types.IsUsed)
            return;
        ReachingMembers merging = new(start.Compilation, MergeNames.Merges);
        RegisterBodyAction(start, merging.In, body => Analyze(body, types));
    }

    private static void Analyze(BodyContext body, MergeTypes types)
    {
        // Some bodies come to a merge by names alone.
        if (!types.UsesAdapter(body.Symbol, body.Cancellation))
            return;
        MergeResult result = MergeFlow.Run(types, body.Graph, body.Symbol, body.Cancellation);
        foreach (KeyValuePair<SyntaxNode, MergeFinding> finding in result.Findings.OrderBy(finding => finding.Key.SpanStart))
            body.Report(Diagnostic.Create(s_rule, finding.Key.GetLocation(), finding.Value.Name, MergeMessage.Of(finding.Value, finding.Key)));
    }
}
