using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>What is told of a mistake: what it is, what comes of it, and what to do.</summary>
internal static class MergeMessage
{
    /// <summary>How the program calls an object.</summary>
    public static string NameOf(IOperation? subject) => subject?.Syntax.ToString() ?? "the model";

    /// <summary>What is wrong about a call, what comes of it, and what to do; the name of the object stands before it.</summary>
    /// <param name="finding">The mistake.</param>
    /// <param name="place">The call.</param>
    public static string Of(MergeFinding finding, SyntaxNode place)
    {
        MergeFact merge = finding.Cause;
        string before = MergeOf(merge, place);
        return finding.Mistake switch
        {
            MergeMistake.MergedAgain when merge.Kind == MergeKind.Reversible =>
                $"may be merged already by {before}, and its adapter would count twice; call Unmerge first",
            MergeMistake.MergedAgain => $"may be merged already by {before}, and its adapter would count twice or is gone; "
                + "merge once, or call Unmerge after a reversible merge",
            MergeMistake.TakenBack => $"was merged for good by {before}, so that there is nothing to take back; merge with reversible: true there",
            MergeMistake.FactorsGiven =>
                $"gets other factors while an adapter is merged into its weight by {before}, and both would count; call Unmerge first",
            MergeMistake.FactorsUsed when merge.Kind == MergeKind.ForGood =>
                $"has no factors any more, as its adapter was merged by {before}; read them before the merge",
            MergeMistake.FactorsUsed => $"is merged by {before}, and its adapter's factors beside the merged weight count twice; call Unmerge first",
            MergeMistake.AdapterReplaced =>
                $"gets another adapter while one is merged into its weights by {before}, and both would count; call Unmerge first",
            MergeMistake.Trained => $"is trained after its adapter was merged by {before}, so that nothing is left to train; train before the merge"
                + (merge.Kind == MergeKind.ForGood ? "" : ", or call Unmerge first"),
            _ => $"has no adapter to save any more, as it was merged by {before}; save the adapter before the merge",
        };
    }

    /// <summary>The method that merged, and where it is called.</summary>
    private static string MergeOf(MergeFact merge, SyntaxNode place)
    {
        if (merge.Place is not { } call)
            return "another call";
        if (call == place)
            return "this call, the time before";
        FileLinePositionSpan span = call.GetLocation().GetLineSpan();
        string line = (span.StartLinePosition.Line + 1).ToString(CultureInfo.InvariantCulture);
        return $"'{MethodOf(call)}' in line {line}" + (call.SyntaxTree == place.SyntaxTree ? "" : $" of {Path.GetFileName(span.Path)}");
    }

    private static string MethodOf(SyntaxNode call) => call switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } } => name,
        InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax { Name.Identifier.ValueText: var name } } => name,
        InvocationExpressionSyntax { Expression: SimpleNameSyntax { Identifier.ValueText: var name } } => name,
        _ => call.ToString(),
    };
}
