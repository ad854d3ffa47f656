using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

/// <summary>
/// The operators of a model's <c>Forward</c>: functions of tensors with a gradient, which run on the device of their
/// arguments. Each returns a new tensor.
/// </summary>
public static partial class Op
{
    /// <summary>Throws unless two tensors have the same shape.</summary>
    private static void RequireSameShape(Tensor left, Tensor right, string operation)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Shape != right.Shape)
            throw new ArgumentException($"{operation} takes two tensors of one shape, but they are {left.Shape} and {right.Shape}.");
    }
}
