using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>
/// What is still to be lifted at a point: the statements that follow it. Where a branch of an <c>if</c> may leave, the
/// continuation of the <c>if</c> is lifted inside the branches that do not (tail duplication).
/// </summary>
/// <param name="Item">The next statement, or a conditional made from a <c>switch</c>.</param>
/// <param name="Next">Those behind it; null at the end.</param>
internal sealed record Continuation(object Item, Continuation? Next)
{
    /// <summary>Puts statements before others.</summary>
    public static Continuation? Prepend(IEnumerable<IOperation> statements, Continuation? next)
    {
        Continuation? continuation = next;
        foreach (IOperation statement in statements.Reverse())
            continuation = new Continuation(statement, continuation);
        return continuation;
    }
}
