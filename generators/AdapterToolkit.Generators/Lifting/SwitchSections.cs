using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>Reads the sections of a <c>switch</c>, and the jumps that end them.</summary>
internal static class SwitchSections
{
    /// <summary>The statements of a section, without the <c>break</c> at its end.</summary>
    public static IReadOnlyList<IOperation> StatementsOf(ISwitchCaseOperation section, ISwitchOperation selection)
    {
        List<IOperation> statements = [.. section.Body];
        while (statements.Count > 0 && statements[statements.Count - 1] is IBlockOperation block)
        {
            statements.RemoveAt(statements.Count - 1);
            statements.AddRange(block.Operations);
        }

        if (statements.Count > 0 && IsEndOf(selection, statements[statements.Count - 1]))
            statements.RemoveAt(statements.Count - 1);
        return statements;
    }

    /// <summary>Whether a section has a <c>break</c> before its end, so that what follows the <c>switch</c> follows there too.</summary>
    public static bool HasEarlyBreak(ISwitchOperation selection) => selection.Cases.Any(section =>
        StatementsOf(section, selection).Any(statement => statement.DescendantsAndSelf().Any(operation => IsEndOf(selection, operation))));

    private static bool IsEndOf(ISwitchOperation selection, IOperation operation) =>
        operation is IBranchOperation { BranchKind: BranchKind.Break } branch && SymbolEqualityComparer.Default.Equals(branch.Target, selection.ExitLabel);
}
