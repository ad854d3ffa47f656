using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>What is known behind a call that returns true, and behind one that returns false.</content>
internal sealed partial class MergeFlow
{
    /// <summary>What is merged behind the bodies that calls ran, whatever they returned, and where it was true or false.</summary>
    private readonly Dictionary<SyntaxNode, (MergeState Exit, MergeState? WhenTrue, MergeState? WhenFalse)> _answers = [];

    /// <summary>Control flow leaves the body with a value.</summary>
    private void Leave(IOperation returned)
    {
        if (returned.Type?.SpecialType != SpecialType.System_Boolean)
            return;
        if (returned.ConstantValue is not { HasValue: true, Value: false } && Answered(returned, _state, holds: true) is { } whenTrue)
            _whenTrue = _whenTrue is null ? whenTrue : MergeState.Join(_whenTrue, whenTrue);
        if (returned.ConstantValue is not { HasValue: true, Value: true } && Answered(returned, _state, holds: false) is { } whenFalse)
            _whenFalse = _whenFalse is null ? whenFalse : MergeState.Join(_whenFalse, whenFalse);
    }

    /// <summary>What is known where a condition holds, or does not; null where it never does.</summary>
    private MergeState? Answered(IOperation? condition, MergeState state, bool holds)
    {
        while (condition is IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } or IAwaitOperation or IConversionOperation
            or IInvocationOperation { Instance: not null, TargetMethod.Name: "ConfigureAwait" or "AsTask" })
        {
            holds ^= condition is IUnaryOperation;
            condition = condition.ChildOperations.First();
        }

        return condition is not null && _answers.TryGetValue(condition.Syntax, out (MergeState Exit, MergeState? WhenTrue, MergeState? WhenFalse) answer)
            && ReferenceEquals(answer.Exit, state)
                ? holds ? answer.WhenTrue : answer.WhenFalse
                : state;
    }
}
