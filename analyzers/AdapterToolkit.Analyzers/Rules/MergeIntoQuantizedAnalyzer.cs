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
        if (!types.AreThere || types.IsToolkit || !IsToolkitUsed(start.Compilation) || !types.IsUsed)
            return;
        HeldAnalysis analysis = new(types);
        RegisterBodyAction(start, static (tree, _) => MergesIn(tree), body => Analyze(body, analysis));
    }

    private static IEnumerable<MemberNames> MergesIn(SyntaxTree tree) =>
        MergeNames.Merges.Any(FileWords.Of(tree).MayHold) ? FileNames.Of(tree).UsersOf(MergeNames.Merges) : [];

    private static void Analyze(BodyContext body, HeldAnalysis analysis)
    {
        foreach ((IInvocationOperation merge, int bits) in LossyMerges.Of(analysis, body.Operation, _ => body.Graph, body.Symbol, body.Cancellation))
        {
            string name = Receiver.Of(merge)?.Syntax.ToString() ?? "this";
            body.Report(Diagnostic.Create(s_rule, merge.Syntax.GetLocation(), name, bits.ToString(CultureInfo.InvariantCulture)));
        }
    }
}
