using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>Arithmetic, element by element: one thread an element. A result may be one of the arguments.</summary>
internal static class ArithmeticKernels
{
    /// <summary>result = left + right.</summary>
    /// <param name="left">One summand.</param>
    /// <param name="right">The other.</param>
    /// <param name="result">Receives the sums.</param>
    [Kernel]
    public static void Add(ArrayView<float> left, ArrayView<float> right, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < result.IntLength)
            result[i] = left[i] + right[i];
    }

    /// <summary>result = left - right.</summary>
    /// <param name="left">The minuend.</param>
    /// <param name="right">The subtrahend.</param>
    /// <param name="result">Receives the differences.</param>
    [Kernel]
    public static void Subtract(ArrayView<float> left, ArrayView<float> right, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < result.IntLength)
            result[i] = left[i] - right[i];
    }

    /// <summary>result = left · right.</summary>
    /// <param name="left">One factor.</param>
    /// <param name="right">The other.</param>
    /// <param name="result">Receives the products.</param>
    [Kernel]
    public static void Multiply(ArrayView<float> left, ArrayView<float> right, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < result.IntLength)
            result[i] = left[i] * right[i];
    }

    /// <summary>result = factor · x + summand.</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="factor">What they are multiplied by.</param>
    /// <param name="summand">What is added.</param>
    /// <param name="result">Receives the results.</param>
    [Kernel]
    public static void ScaleAndAdd(ArrayView<float> x, float factor, float summand, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < result.IntLength)
            result[i] = (factor * x[i]) + summand;
    }
}
