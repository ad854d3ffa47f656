namespace AdapterToolkit;

/// <summary>
/// Makes a method that takes and returns tensors an operator: names the method that computes its gradient, so that it can
/// stand in the <c>Forward</c> of a class marked <see cref="AdapterModelAttribute"/>.
/// </summary>
/// <remarks>
/// <para>The gradient method is static or of the same instance, stands beside the operator, and takes first the gradient
/// of the operator's result. Its other parameters say by their names what it needs, and only that is saved: a parameter
/// of the operator, or <c>result</c>, the operator's result.</para>
/// <para>An operator of one tensor has a gradient method that returns a tensor. One of several tensors has either one
/// gradient method for each (<see cref="For"/>), or a single one that returns a tuple with an element for each tensor
/// parameter, in their order; it may take a <c>bool</c> named after a tensor parameter with the suffix <c>Active</c>, which
/// says whether that element is wanted, and leave an unwanted one null.</para>
/// <para>A parameter of the operator that the pass of a run gives is marked <see cref="FromPassAttribute"/>.</para>
/// <para>The gradient method returns tensors that its caller owns: new ones, or <see cref="Tensors.Tensor.Retain"/> of
/// one that it was given.</para>
/// </remarks>
/// <param name="method">The name of the gradient method.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class GradientAttribute(string method) : Attribute
{
    /// <summary>The name of the gradient method.</summary>
    public string Method { get; } = method;

    /// <summary>The tensor parameter whose gradient the method returns; null when it returns all of them.</summary>
    public string? For { get; init; }

    /// <summary>
    /// The name of a method that computes the same result and hands out, in <c>out</c> parameters after the operator's own,
    /// further tensors that the gradient method asks for by name. It runs in place of the operator where a gradient is needed.
    /// </summary>
    public string? Saving { get; init; }
}
