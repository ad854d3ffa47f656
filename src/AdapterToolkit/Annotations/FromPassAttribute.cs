namespace AdapterToolkit;

/// <summary>
/// Marks the parameter of an operator (<see cref="GradientAttribute"/>) whose argument a <c>Forward</c> leaves out, since the pass of the run gives it: what
/// stands before the sequences of the batch in the attention that the call is.
/// </summary>
/// <remarks>
/// <para>The parameter is an <see cref="Operators.AttentionPrefix"/> that is null where it is left out. Each such call of a class is the site of an attention:
/// the modules of a tree count theirs, the root first and each module's in the order in which they stand in its <c>Forward</c>, so that a site has one
/// number in the whole tree, however often its module runs.</para>
/// <para>A gradient method that takes the parameter adds to the gradients of what it was given. It runs where a tensor of the operator or what the pass gives
/// trains, and returns the gradients of all tensors at once. The emitted companions of a <c>Forward</c> alone know the pass: the operator in a <c>Forward</c>
/// that is called by hand gets null.</para>
/// </remarks>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class FromPassAttribute : Attribute;
