using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;
using ILGPU;

namespace AdapterToolkit.Operators;

/// <summary>
/// The operators of a model's <c>Forward</c>: functions of tensors with a gradient, which run on the device of their
/// arguments. Each returns a new tensor.
/// </summary>
public static partial class Op
{
    /// <summary>Throws unless two tensors have the same shape and device.</summary>
    private static void RequireSameShape(Tensor left, Tensor right, string operation)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Shape != right.Shape)
            throw new ArgumentException($"{operation} takes two tensors of one shape, but they are {left.Shape} and {right.Shape}.");
        if (left.Device != right.Device)
            throw new ArgumentException($"{operation} takes two tensors of one device, but they are on {left.Device} and {right.Device}.");
    }

    /// <summary>A new tensor of f(x), element by element.</summary>
    private static Tensor Map<TFunction>(Tensor x, Action<ArrayView<float>, ArrayView<float>> kernel)
        where TFunction : struct, IUnaryFunction
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor result = x.AllocateLike();
        x.Device.Run(new UnaryWork<TFunction>(x, result, kernel));
        return result;
    }

    /// <summary>A new tensor of f(left, right), element by element, of two tensors of one shape.</summary>
    private static Tensor Map<TFunction>(Tensor left, Tensor right, Action<ArrayView<float>, ArrayView<float>, ArrayView<float>> kernel)
        where TFunction : struct, IBinaryFunction
    {
        Tensor result = left.AllocateLike();
        MapInto<TFunction>(left, right, result, kernel);
        return result;
    }

    /// <summary>result = f(left, right), element by element, of tensors of one shape; the result may be an argument itself.</summary>
    private static void MapInto<TFunction>(Tensor left, Tensor right, Tensor result, Action<ArrayView<float>, ArrayView<float>, ArrayView<float>> kernel)
        where TFunction : struct, IBinaryFunction =>
        result.Device.Run(new BinaryWork<TFunction>(left, right, result, kernel));

    /// <summary>A new tensor of f(x, scalar) = factor · x + summand, element by element.</summary>
    private static Tensor ScaleAndAdd<TFunction>(Tensor x, float scalar, float factor, float summand)
        where TFunction : struct, IBinaryFunction
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor result = x.AllocateLike();
        x.Device.Run(new ScalarWork<TFunction>(x, scalar, factor, summand, result));
        return result;
    }

    /// <summary>
    /// Puts whole numbers into memory of the device's pool. Whoever gets the memory next uses it after the kernels
    /// that were launched before, so it can be released at once.
    /// </summary>
    internal static Tensor Upload(AcceleratorDevice device, ReadOnlySpan<int> numbers) => Tensor.Of(device, new Shape(numbers.Length), numbers);

    private readonly struct UnaryWork<TFunction>(Tensor x, Tensor result, Action<ArrayView<float>, ArrayView<float>> kernel) : IDeviceWork
        where TFunction : struct, IUnaryFunction
    {
        public void RunOn(CpuDevice device) => Elementwise.Run(device, new UnaryKernel<TFunction>(x, result), result.Shape.Elements);

        public void RunOn(AcceleratorDevice device) => device.Launch(kernel, ElementLaunch.ForElements(device, result.Shape.Elements), x.View, result.View);
    }

    private readonly struct BinaryWork<TFunction>(
        Tensor left, Tensor right, Tensor result, Action<ArrayView<float>, ArrayView<float>, ArrayView<float>> kernel) : IDeviceWork
        where TFunction : struct, IBinaryFunction
    {
        public void RunOn(CpuDevice device) => Elementwise.Run(device, new BinaryKernel<TFunction>(left, right, result), result.Shape.Elements);

        public void RunOn(AcceleratorDevice device) =>
            device.Launch(kernel, ElementLaunch.ForElements(device, result.Shape.Elements), left.View, right.View, result.View);
    }

    private readonly struct ScalarWork<TFunction>(Tensor x, float scalar, float factor, float summand, Tensor result) : IDeviceWork
        where TFunction : struct, IBinaryFunction
    {
        public void RunOn(CpuDevice device) => Elementwise.Run(device, new ScalarKernel<TFunction>(x, scalar, result), result.Shape.Elements);

        public void RunOn(AcceleratorDevice device) =>
            device.Launch(ArithmeticKernels.ScaleAndAdd, ElementLaunch.ForElements(device, result.Shape.Elements), x.View, factor, summand, result.View);
    }
}
