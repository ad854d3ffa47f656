using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Tensors;
using ILGPU;

namespace AdapterToolkit.Optimizers;

/// <summary>The global norm of gradients: the root of the sum of squares of all their numbers.</summary>
internal static class GradientNorm
{
    private const int MaximumGroups = 64;

    internal static double Of(IEnumerable<Tensor> gradients) => Math.Sqrt(gradients.Sum(SumOfSquares));

    private static double SumOfSquares(Tensor gradient)
    {
        if (gradient.Device is not AcceleratorDevice device)
            return SumOfSquares(gradient.Span);
        KernelConfig all = ElementLaunch.ForElements(device, gradient.Shape.Elements);
        KernelConfig config = new(Math.Min(all.GridDim.X, MaximumGroups), all.GroupDim.X);
        Tensor sums = Tensor.Allocate(device, new Shape(config.GridDim.X));
        device.Launch(AdamWKernels.SumOfSquares, config, gradient.View, sums.View);
        double sum = sums.ToArray().Sum(partial => (double)partial);
        sums.Release();
        return sum;
    }

    private static double SumOfSquares(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
            sum += (double)value * value;
        return sum;
    }
}
