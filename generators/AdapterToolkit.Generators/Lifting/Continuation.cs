using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>
/// What is still to be lifted at a point: the statements that follow it. Where a branch of an <c>if</c> may leave, the
/// continuation of the <c>if</c> is lifted inside the branches that do not (tail duplication).
/// </summary>
/// <param name="Item">The next statement, or a conditional made from a <c>switch</c>.</param>
/// <param name="Next">Those behind it; null at the end.</param>
internal sealed record Continuation(object Item, Continuation? Next)
{
    /// <summary>
    /// Puts statements before others. A local function may stand behind the statements that call it, even behind the end, so each is moved up
    /// as far as the variables that it captures let it.
    /// </summary>
    public static Continuation? Prepend(IEnumerable<IOperation> statements, Continuation? next)
    {
        List<IOperation> ordered = [];
        foreach (IOperation statement in statements)
        {
            if (statement is ILocalFunctionOperation function)
                ordered.Insert(ordered.FindLastIndex(before => ControlFlow.Captures(function, before)) + 1, function);
            else
                ordered.Add(statement);
        }

        Continuation? continuation = next;
        foreach (IOperation statement in Enumerable.Reverse(ordered))
            continuation = new Continuation(statement, continuation);
        return continuation;
    }
}
