using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content>The calls that leave an argument to the pass: those of a helper once for each call of it.</content>
internal sealed partial class ForwardLifter
{
    /// <summary>The numbers of these calls, in the order in which they stand, by the calls on the way to them.</summary>
    private readonly Dictionary<string, int> _attentions = new(StringComparer.Ordinal);

    private int _numberedHelpers;

    private void NumberAttentions(IOperation body, CallFrame frame)
    {
        foreach (IInvocationOperation call in CallsIn(body))
        {
            _cancellation.ThrowIfCancellationRequested();
            if (OperatorReader.LeavesToPass(call))
                _attentions.Add(KeyOf(call.Syntax, frame), _attentions.Count);
            else if (!OperatorReader.IsOperator(call.TargetMethod) && _helpers.IsOwn(call) && _helpers.ReturnsTensors(call.TargetMethod))
                NumberAttentionsOf(call, frame);
        }
    }

    private void NumberAttentionsOf(IInvocationOperation call, CallFrame frame)
    {
        IMethodSymbol helper;
        try
        {
            helper = _helpers.Read(call, frame);
        }
        catch (LiftingException)
        {
            // It is reported where the call is lifted.
            return;
        }

        if (++_numberedHelpers > MostCalls)
            return;
        SyntaxNode declaration = _helpers.DeclarationOf(helper);
        CallFrame inner = new(helper, declaration, _helpers.ModelOf(declaration, frame), [], static name => name, frame, call.Syntax);
        NumberAttentions(BodyOf(declaration, inner.Model), inner);
    }

    /// <summary>A call, told by its place and those of the calls of helpers that lead to it.</summary>
    private static string KeyOf(SyntaxNode call, CallFrame frame) =>
        $"{(frame is { Caller: { } caller, Call: { } outer } ? KeyOf(outer, caller) : "")}{call.SpanStart}-{call.Span.End};";

    /// <summary>The calls in a body, but those in functions inside it.</summary>
    private static IEnumerable<IInvocationOperation> CallsIn(IOperation operation)
    {
        foreach (IOperation child in operation.ChildOperations)
        {
            if (child is ILocalFunctionOperation or IAnonymousFunctionOperation)
                continue;
            if (child is IInvocationOperation call)
                yield return call;
            foreach (IInvocationOperation inner in CallsIn(child))
                yield return inner;
        }
    }
}
