using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>x + summand, element by element.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="summand">The number to add to each element.</param>
    [Gradient(nameof(AddGradient))]
    public static Tensor AddScalar(Tensor x, float summand) => ScaleAndAdd<SumFunction>(x, summand, factor: 1, summand);

    /// <summary>minuend - x, element by element.</summary>
    /// <param name="minuend">The number to subtract each element from.</param>
    /// <param name="x">A tensor.</param>
    [Gradient(nameof(NegateGradient))]
    public static Tensor SubtractFrom(float minuend, Tensor x) => ScaleAndAdd<ReversedDifferenceFunction>(x, minuend, factor: -1, minuend);
}
