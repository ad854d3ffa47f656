using System.Globalization;
using AdapterToolkit.Analyzers.Domains.Merges;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>ADT0108: an adapter is merged into weights of 4 or 8 bits, which rounds it away.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MergeIntoQuantizedAnalyzer() : ToolkitAnalyzer(s_rule)
{
    private static readonly DiagnosticDescriptor s_rule = RuleDescriptor.Create(
        "ADT0108",
        "An adapter is merged into quantized weights",
        "The weights of '{0}' are stored in {1} bits, and merging into them rounds the adapter away; write MergeTo(16) or MergeTo(32)",
        "Quantization",
        DiagnosticSeverity.Warning,
        "What an adapter adds to a weight is smaller than the steps between the few values that a quantized weight can have. "
            + "Merged into 16 or 32 bits, it is kept.");

    private protected override void Start(CompilationStartAnalysisContext start)
    {
        MergeTypes types = MergeTypes.Of(start.Compilation);
        if (!types.AreThere || types.IsToolkit || !types.IsUsed)
            return;
        HeldAnalysis analysis = new(types);
        start.RegisterOperationBlockAction(block => Analyze(block, analysis));
    }

    private static void Analyze(OperationBlockAnalysisContext context, HeldAnalysis analysis)
    {
        foreach (IOperation block in context.OperationBlocks.Where(block => block.Kind is not OperationKind.None && MergeTypes.NamesMerge(block.Syntax)))
        {
            foreach ((IInvocationOperation merge, int bits) in
                LossyMerges.Of(analysis, block, context.GetControlFlowGraph, context.OwningSymbol, context.CancellationToken))
            {
                string name = Receiver.Of(merge)?.Syntax.ToString() ?? "this";
                context.ReportDiagnostic(Diagnostic.Create(s_rule, merge.Syntax.GetLocation(), name, bits.ToString(CultureInfo.InvariantCulture)));
            }
        }
    }
}
