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

    /// <summary>A second merge.</summary>
    public static string MergedAgain(SyntaxNode place, MergeFact merge) => merge.Kind == MergeKind.Reversible
        ? $"may be merged already by {MergeOf(merge, place)}, and its adapter would count twice; call Unmerge first"
        : $"may be merged already by {MergeOf(merge, place)}, and its adapter would count twice or is gone; "
            + "merge once, or call Unmerge after a reversible merge";

    /// <summary>A merge taken back that was for good.</summary>
    public static string TakenBack(SyntaxNode place, MergeFact merge) =>
        $"was merged for good by {MergeOf(merge, place)}, so that there is nothing to take back; merge with reversible: true there";

    /// <summary>Factors given beside a merge.</summary>
    public static string FactorsGiven(SyntaxNode place, MergeFact merge) =>
        $"gets other factors while an adapter is merged into its weight by {MergeOf(merge, place)}, and both would count; call Unmerge first";

    /// <summary>Factors used beside a merge.</summary>
    public static string FactorsUsed(MergeFact merge) => merge.Kind == MergeKind.ForGood
        ? $"has no factors any more, as its adapter was merged by {MergeOf(merge, null)}; read them before the merge"
        : $"is merged by {MergeOf(merge, null)}, and its adapter's factors beside the merged weight count twice; call Unmerge first";

    /// <summary>Another adapter beside a merge.</summary>
    public static string AdapterReplaced(SyntaxNode place, MergeFact merge) =>
        $"gets another adapter while one is merged into its weights by {MergeOf(merge, place)}, and both would count; call Unmerge first";

    /// <summary>Training after a merge.</summary>
    public static string Trained(SyntaxNode place, MergeFact merge) =>
        $"is trained after its adapter was merged by {MergeOf(merge, place)}, so that nothing is left to train; train before the merge"
            + (merge.Kind == MergeKind.ForGood ? "" : ", or call Unmerge first");

    /// <summary>An adapter saved after a merge.</summary>
    public static string Saved(SyntaxNode place, MergeFact merge) =>
        $"has no adapter to save any more, as it was merged by {MergeOf(merge, place)}; save the adapter before the merge";

    /// <summary>The method that merged, and where it is called.</summary>
    private static string MergeOf(MergeFact merge, SyntaxNode? place)
    {
        if (merge.Place is not { } call)
            return "another call";
        if (call == place)
            return "this call, the time before";
        FileLinePositionSpan span = call.GetLocation().GetLineSpan();
        string line = (span.StartLinePosition.Line + 1).ToString(CultureInfo.InvariantCulture);
        return $"'{MethodOf(call)}' in line {line}" + (call.SyntaxTree == place?.SyntaxTree || place is null ? "" : $" of {Path.GetFileName(span.Path)}");
    }

    private static string MethodOf(SyntaxNode call) => call switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } } => name,
        InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax { Name.Identifier.ValueText: var name } } => name,
        InvocationExpressionSyntax { Expression: SimpleNameSyntax { Identifier.ValueText: var name } } => name,
        _ => call.ToString(),
    };
}
