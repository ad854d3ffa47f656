using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>
/// The statements that are still to be lifted. A statement after an <c>if</c> whose arms may leave belongs to the arms that
/// do not, so the rest of the queue is lifted inside them.
/// </summary>
/// <param name="Item">The next statement, or a choice made from a <c>switch</c>.</param>
/// <param name="Next">Those behind it; null at the end.</param>
internal sealed record StatementQueue(object Item, StatementQueue? Next)
{
    /// <summary>Puts statements before others.</summary>
    public static StatementQueue? Prepend(IEnumerable<IOperation> statements, StatementQueue? next)
    {
        StatementQueue? queue = next;
        foreach (IOperation statement in statements.Reverse())
            queue = new StatementQueue(statement, queue);
        return queue;
    }
}

/// <summary>An <c>if</c> to be lifted: one that the user wrote, or a section of a <c>switch</c>.</summary>
/// <param name="Source">The user's source line.</param>
/// <param name="Condition">Lifts the condition.</param>
/// <param name="Then">Makes the queue of the first arm from what follows.</param>
/// <param name="Else">Makes the queue of the second arm from what follows.</param>
/// <param name="Whole">The operation that it was made from, to be searched for assignments.</param>
/// <param name="NeedsRest">Whether what follows must be lifted inside the arms, since control may leave them otherwise than at their ends.</param>
internal sealed record ChoiceStatement(
    string Source,
    Func<CarriedText> Condition,
    Func<StatementQueue?, StatementQueue?> Then,
    Func<StatementQueue?, StatementQueue?> Else,
    IOperation Whole,
    bool NeedsRest);
