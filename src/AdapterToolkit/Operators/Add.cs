using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>left + right, element by element.</summary>
    /// <param name="left">A tensor.</param>
    /// <param name="right">A tensor of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    [Gradient(nameof(AddGradient), For = "left")]
    [Gradient(nameof(AddGradient), For = "right")]
    public static Tensor Add(Tensor left, Tensor right)
    {
        RequireSameShape(left, right, "Add");
        Tensor result = left.AllocateLike();
        for (int i = 0; i < result.Span.Length; i++)
            result.Span[i] = left.Span[i] + right.Span[i];
        return result;
    }

    /// <summary>Each summand's gradient is the sum's.</summary>
    /// <param name="gradient">The gradient of the sum.</param>
    public static Tensor AddGradient(Tensor gradient) => gradient.Retain();

    internal static void AddInPlace(Tensor target, Tensor summand)
    {
        RequireSameShape(target, summand, "Add");
        for (int i = 0; i < target.Span.Length; i++)
            target.Span[i] += summand.Span[i];
    }
}
