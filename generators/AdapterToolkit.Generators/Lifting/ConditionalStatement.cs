using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>An <c>if</c> to be lifted: one that the user wrote, or a section of a <c>switch</c>.</summary>
/// <param name="Source">The user's source line.</param>
/// <param name="Condition">Lifts the condition.</param>
/// <param name="Then">Puts the first branch before what follows it.</param>
/// <param name="Else">Puts the second branch before what follows it.</param>
/// <param name="Whole">The operation that it was made from, to be searched for assignments.</param>
/// <param name="NeedsTailDuplication">Whether its continuation must be lifted inside the branches, since these have exit points.</param>
internal sealed record ConditionalStatement(
    string Source,
    Func<OpaqueCode> Condition,
    Func<Continuation?, Continuation?> Then,
    Func<Continuation?, Continuation?> Else,
    IOperation Whole,
    bool NeedsTailDuplication);
