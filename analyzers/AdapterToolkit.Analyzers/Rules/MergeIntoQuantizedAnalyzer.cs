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
        "The weights of '{0}' are stored in {1} bits, and merging into them rounds the adapter away; merge to 16 or 32 bits",
        "Quantization",
        DiagnosticSeverity.Warning,
        "What an adapter adds to a weight is smaller than the steps between the few values that a quantized weight can have. "
            + "Merged into 16 or 32 bits, it is kept.");

    private protected override void Start(CompilationStartAnalysisContext start)
    {
        MergeTypes types = MergeTypes.Of(start.Compilation);
        if (!types.AreThere || types.IsToolkit || !IsToolkitUsed(start.Compilation))
            return;
        HeldAnalysis analysis = new(types);
        RegisterBodyAction(start, static (tree, _) => MergesIn(tree), body => Analyze(body, analysis));
    }

    private static IEnumerable<MemberNames> MergesIn(SyntaxTree tree) =>
        MergeTypes.NamesOfMerges.Any(FileWords.Of(tree).MayHold) ? FileNames.Of(tree).UsersOf(MergeTypes.NamesOfMerges) : [];

    private static void Analyze(BodyContext body, HeldAnalysis analysis)
    {
        Dictionary<SyntaxNode, IInvocationOperation> merges = [];
        foreach (IInvocationOperation call in body.Operation.Descendants().OfType<IInvocationOperation>().Where(analysis.Types.IsMerge))
            merges[call.Syntax] = call;
        if (merges.Count == 0)
            return;
        bool asksForFormat = body.Operation.Descendants().OfType<IPropertyReferenceOperation>()
            .Any(property => property.Property.Name is "Format" or "MarkedFormat" or "BitsPerWeight" && analysis.Types.IsOfToolkit(property.Property));
        HeldResult result = analysis.Run(body.Graph, body.Symbol, body.Cancellation);
        foreach (KeyValuePair<SyntaxNode, int> merge in result.Merges.OrderBy(merge => merge.Key.SpanStart))
        {
            if (!merges.TryGetValue(merge.Key, out IInvocationOperation? call)
                || (call.TargetMethod.Name == "Merge" && (asksForFormat || IsAlternative(call, merges.Values))))
                continue;
            string name = Receiver.Of(call)?.Syntax.ToString() ?? "this";
            body.Report(Diagnostic.Create(s_rule, merge.Key.GetLocation(), name, merge.Value.ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Whether the program chooses between a merge and one of the same object to 16 or 32 bits.</summary>
    private static bool IsAlternative(IInvocationOperation merge, IEnumerable<IInvocationOperation> merges)
    {
        string? target = Receiver.Of(merge)?.Syntax.ToString();
        return merges.Any(other => other.TargetMethod.Name is "MergeTo" or "MergeToBaseType"
            && Receiver.Of(other)?.Syntax.ToString() == target && AreApart(merge, other));
    }

    /// <summary>Whether two operations stand in different parts of a choice.</summary>
    private static bool AreApart(IOperation left, IOperation right)
    {
        HashSet<IOperation> around = [right];
        for (IOperation? current = right.Parent; current is not null; current = current.Parent)
            around.Add(current);
        IOperation part = left;
        while (part.Parent is { } parent && !around.Contains(parent))
            part = parent;
        return part.Parent is IConditionalOperation or ISwitchOperation or ISwitchExpressionOperation or ITryOperation;
    }
}
