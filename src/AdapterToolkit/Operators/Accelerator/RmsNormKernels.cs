using ILGPU;
using ILGPU.Algorithms;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>Normalization by the root mean square. The first two kernels run one group a row, the last one thread a column.</summary>
internal static class RmsNormKernels
{
    /// <summary>result = w · x · r with r = 1 / sqrt(mean(x²) + ε).</summary>
    /// <param name="x">The rows.</param>
    /// <param name="weight">w, one number a column.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="columns">How many columns a row has.</param>
    /// <param name="result">Receives the results.</param>
    /// <param name="inverseRms">Receives r of each row.</param>
    [Kernel]
    public static void Forward(ArrayView<float> x, ArrayView<float> weight, float epsilon, int columns, ArrayView<float> result, ArrayView<float> inverseRms)
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(GroupSum.MaximumThreads);
        int start = Grid.IdxX * columns;
        float sum = 0;
        for (int i = Group.IdxX; i < columns; i += Group.DimX)
            sum += x[start + i] * x[start + i];
        float inverse = XMath.Rsqrt((GroupSum.Of(partial, sum) / columns) + epsilon);
        for (int i = Group.IdxX; i < columns; i += Group.DimX)
            result[start + i] = weight[i] * (x[start + i] * inverse);
        if (Group.IdxX == 0)
            inverseRms[Grid.IdxX] = inverse;
    }

    /// <summary>result = r · (w · dy - x · r² · mean(w · dy · x)).</summary>
    /// <param name="gradient">dy.</param>
    /// <param name="x">The rows.</param>
    /// <param name="weight">w, one number a column.</param>
    /// <param name="inverseRms">r of each row.</param>
    /// <param name="columns">How many columns a row has.</param>
    /// <param name="result">Receives the gradient of x.</param>
    [Kernel]
    public static void InputGradient(
        ArrayView<float> gradient, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> inverseRms, int columns, ArrayView<float> result)
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(GroupSum.MaximumThreads);
        int start = Grid.IdxX * columns;
        float sum = 0;
        for (int i = Group.IdxX; i < columns; i += Group.DimX)
            sum += gradient[start + i] * weight[i] * x[start + i];
        float inverse = inverseRms[Grid.IdxX];
        float slope = GroupSum.Of(partial, sum) / columns * inverse * inverse;
        for (int i = Group.IdxX; i < columns; i += Group.DimX)
            result[start + i] = ((gradient[start + i] * weight[i]) - (x[start + i] * slope)) * inverse;
    }

    /// <summary>weightGradient += the sum of dy · x · r over the rows, in one addition.</summary>
    /// <param name="gradient">dy.</param>
    /// <param name="x">The rows.</param>
    /// <param name="inverseRms">r of each row.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="weightGradient">The sums, one number a column.</param>
    [Kernel]
    public static void AddWeightGradient(ArrayView<float> gradient, ArrayView<float> x, ArrayView<float> inverseRms, int rows, ArrayView<float> weightGradient)
    {
        int column = Grid.GlobalIndex.X;
        int columns = weightGradient.IntLength;
        if (column >= columns)
            return;
        float sum = 0;
        for (int row = 0; row < rows; row++)
            sum += gradient[(row * columns) + column] * x[(row * columns) + column] * inverseRms[row];
        weightGradient[column] += sum;
    }
}
