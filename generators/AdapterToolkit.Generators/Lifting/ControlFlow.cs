using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>Answers questions about statements before they are lifted.</summary>
internal static class ControlFlow
{
    /// <summary>Whether a statement has an exit point other than its end: a return, a jump out of it, or an exception.</summary>
    public static bool HasExitPoint(IOperation operation) => HasExitPoint(operation, [], insideLoop: false);

    /// <summary>
    /// Whether what follows a selection statement must be lifted inside its branches: it has an exit point, or a <c>switch</c> in it
    /// that is not opaque has a <c>break</c> before the end of a section.
    /// </summary>
    public static bool NeedsTailDuplication(IOperation selection, KnownTypes types) => HasExitPoint(selection) || HasEarlyBreak(selection, types);

    /// <summary>The tensor variables that a statement assigns.</summary>
    public static IEnumerable<ISymbol> AssignedTensors(IOperation operation, KnownTypes types)
    {
        foreach (IOperation descendant in operation.DescendantsAndSelf())
        {
            IEnumerable<IOperation> targets = descendant switch
            {
                IDeconstructionAssignmentOperation { Target: var target } when Undeclared(target) is ITupleOperation tuple => tuple.Elements,
                IAssignmentOperation assignment => [assignment.Target],
                _ => [],
            };
            foreach (IOperation target in targets)
            {
                if (types.IsTensor(target.Type) && VariableOf(target) is { } variable)
                    yield return variable;
            }
        }
    }

    /// <summary>All variables that a statement may assign, by any means.</summary>
    public static IEnumerable<ISymbol> AssignedVariables(IOperation operation)
    {
        foreach (IOperation descendant in operation.DescendantsAndSelf())
        {
            IOperation? target = descendant switch
            {
                IAssignmentOperation assignment => assignment.Target,
                IIncrementOrDecrementOperation step => step.Target,
                IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument => argument.Value,
                _ => null,
            };
            foreach (IOperation part in target?.DescendantsAndSelf() ?? [])
            {
                if (VariableOf(part) is { } variable)
                    yield return variable;
            }
        }
    }

    /// <summary>
    /// Whether a statement has nothing to do with tensors but for reading their form, so that it can stay opaque.
    /// </summary>
    public static bool IsFreeOfTensors(IOperation operation, KnownTypes types) =>
        !AssignedTensors(operation, types).Any()
        && !operation.DescendantsAndSelf().Any(descendant => descendant switch
        {
            ILocalReferenceOperation or IParameterReferenceOperation or IConversionOperation => false,
            IVariableDeclaratorOperation declarator => types.IsTensor(declarator.Symbol.Type),
            IParameterInitializerOperation => false,
            _ => types.IsTensor(descendant.Type),
        });

    /// <summary>The variable that an expression is; null where it is none.</summary>
    public static ISymbol? VariableOf(IOperation operation) => Undeclared(operation) switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        _ => null,
    };

    /// <summary>What an expression names that may declare it: <c>a</c> of <c>var a</c>.</summary>
    public static IOperation Undeclared(IOperation operation) => operation is IDeclarationExpressionOperation declaration ? declaration.Expression : operation;

    /// <summary>Whether a local function uses a variable that a statement declares.</summary>
    public static bool Captures(ILocalFunctionOperation function, IOperation statement) => function.Descendants().Any(operation =>
        operation is ILocalReferenceOperation { Local: var local }
        && local.DeclaringSyntaxReferences.Any(declared => statement.Syntax.Span.Contains(declared.Span)));

    private static bool HasEarlyBreak(IOperation operation, KnownTypes types) => operation switch
    {
        ILoopOperation or IAnonymousFunctionOperation or ILocalFunctionOperation => false,
        ISwitchOperation selection when SwitchSections.HasEarlyBreak(selection) && !IsFreeOfTensors(selection, types) => true,
        _ => operation.ChildOperations.Any(child => HasEarlyBreak(child, types)),
    };

    private static bool HasExitPoint(IOperation operation, IEnumerable<ILabelSymbol> labels, bool insideLoop)
    {
        switch (operation)
        {
            case IReturnOperation:
                return true;
            case IThrowOperation { Parent: IBlockOperation or IExpressionStatementOperation or ISwitchCaseOperation or IConditionalOperation }:
                return !insideLoop;
            case IBranchOperation branch:
                return !labels.Contains(branch.Target, SymbolEqualityComparer.Default);
            case IAnonymousFunctionOperation or ILocalFunctionOperation:
                return false;
            case ILoopOperation loop:
                labels = [.. labels, loop.ExitLabel, loop.ContinueLabel];
                insideLoop = true;
                break;
            case ISwitchOperation selection:
                labels = [.. labels, selection.ExitLabel];
                break;
        }

        return operation.ChildOperations.Any(child => HasExitPoint(child, labels, insideLoop));
    }
}
