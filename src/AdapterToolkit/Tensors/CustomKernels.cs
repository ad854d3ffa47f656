using AdapterToolkit.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace AdapterToolkit.Tensors;

/// <summary>
/// The door to ILGPU, for kernels of one's own: tensors as its views, and launches. Kernels are static methods of public classes, marked
/// <see cref="KernelAttribute"/>, with explicit groups. An operator that has one says what it does on either kind of device in a structure, as the toolkit's
/// operators do, and names its gradient to stand in the <c>Forward</c> of a model:
/// <code><![CDATA[
/// using AdapterToolkit;
/// using AdapterToolkit.Devices;
/// using AdapterToolkit.Operators;
/// using AdapterToolkit.Tensors;
/// using ILGPU;
///
/// public static class Squares
/// {
///     [Gradient(nameof(SquareGradient))]
///     public static Tensor Square(Tensor x)
///     {
///         Tensor result = x.AllocateLike();
///         x.Device.Run(new Work(x, result));
///         return result;
///     }
///
///     public static Tensor SquareGradient(Tensor gradient, Tensor x) => 2 * gradient * x;
///
///     [Kernel]
///     public static void SquareKernel(ArrayView<float> x, ArrayView<float> result)
///     {
///         int i = Grid.GlobalIndex.X;
///         if (i < x.IntLength)
///             result[i] = x[i] * x[i];
///     }
///
///     private readonly struct Work(Tensor x, Tensor result) : IDeviceWork
///     {
///         public void RunOn(CpuDevice device)
///         {
///             for (int i = 0; i < x.Span.Length; i++)
///                 result.Span[i] = x.Span[i] * x.Span[i];
///         }
///
///         public void RunOn(AcceleratorDevice device)
///         {
///             int threads = device.GroupSize(256), groups = (x.Shape.Elements + threads - 1) / threads;
///             device.Launch(SquareKernel, new KernelConfig(groups, threads), x.View, result.View);
///         }
///     }
/// }
/// ]]></code>
/// </summary>
/// <remarks>Nothing else that a program calls has ILGPU's types in its signature.</remarks>
public static class CustomKernels
{
    extension(Tensor tensor)
    {
        /// <summary>The numbers of a float32 tensor.</summary>
        /// <exception cref="InvalidOperationException">The tensor is on the CPU device, or has elements of another type.</exception>
        /// <exception cref="ObjectDisposedException">Nobody holds the tensor any more, or its device is disposed.</exception>
        public ArrayView<float> View => tensor.OnAccelerator<float>();

        /// <summary>The numbers of a tensor of any type.</summary>
        /// <typeparam name="T">What C# holds the numbers in.</typeparam>
        /// <exception cref="InvalidOperationException">The tensor is on the CPU device, or has elements of another type.</exception>
        /// <exception cref="ObjectDisposedException">Nobody holds the tensor any more, or its device is disposed.</exception>
        public ArrayView<T> ViewOf<T>()
            where T : unmanaged => tensor.OnAccelerator<T>();
    }

    /// <summary>Runs a kernel, a static method marked <see cref="KernelAttribute"/>, with the given arguments.</summary>
    /// <param name="device">The device.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="config">How many groups of how many threads.</param>
    /// <param name="first">Its first argument.</param>
    public static void Launch<T1>(this AcceleratorDevice device, Action<T1> kernel, KernelConfig config, T1 first)
        where T1 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1>>(kernel)(device.Stream, config, first);

    /// <inheritdoc cref="Launch{T1}(AcceleratorDevice, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2>(this AcceleratorDevice device, Action<T1, T2> kernel, KernelConfig config, T1 first, T2 second)
        where T1 : struct
        where T2 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1, T2>>(kernel)(device.Stream, config, first, second);

    /// <inheritdoc cref="Launch{T1}(AcceleratorDevice, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3>(this AcceleratorDevice device, Action<T1, T2, T3> kernel, KernelConfig config, T1 first, T2 second, T3 third)
        where T1 : struct
        where T2 : struct
        where T3 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3>>(kernel)(device.Stream, config, first, second, third);

    /// <inheritdoc cref="Launch{T1}(AcceleratorDevice, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4>(
        this AcceleratorDevice device, Action<T1, T2, T3, T4> kernel, KernelConfig config,
        T1 first, T2 second, T3 third, T4 fourth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4>>(kernel)(device.Stream, config, first, second, third, fourth);

    /// <inheritdoc cref="Launch{T1}(AcceleratorDevice, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5>(
        this AcceleratorDevice device, Action<T1, T2, T3, T4, T5> kernel, KernelConfig config,
        T1 first, T2 second, T3 third, T4 fourth, T5 fifth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5>>(kernel)(device.Stream, config, first, second, third, fourth, fifth);

    /// <inheritdoc cref="Launch{T1}(AcceleratorDevice, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6>(
        this AcceleratorDevice device, Action<T1, T2, T3, T4, T5, T6> kernel, KernelConfig config,
        T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6>>(kernel)
            (device.Stream, config, first, second, third, fourth, fifth, sixth);

    /// <inheritdoc cref="Launch{T1}(AcceleratorDevice, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7>(
        this AcceleratorDevice device, Action<T1, T2, T3, T4, T5, T6, T7> kernel, KernelConfig config,
        T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7>>(kernel)
            (device.Stream, config, first, second, third, fourth, fifth, sixth, seventh);

    /// <inheritdoc cref="Launch{T1}(AcceleratorDevice, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8>(
        this AcceleratorDevice device, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, KernelConfig config,
        T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh, T8 eighth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>>(kernel)
            (device.Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth);

    /// <inheritdoc cref="Launch{T1}(AcceleratorDevice, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this AcceleratorDevice device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, KernelConfig config,
        T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh, T8 eighth, T9 ninth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9>>(kernel)
            (device.Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth);

    /// <inheritdoc cref="Launch{T1}(AcceleratorDevice, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this AcceleratorDevice device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, KernelConfig config,
        T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh, T8 eighth, T9 ninth, T10 tenth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>>(kernel)
            (device.Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth);

    /// <inheritdoc cref="Launch{T1}(AcceleratorDevice, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this AcceleratorDevice device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, KernelConfig config,
        T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh, T8 eighth, T9 ninth, T10 tenth, T11 eleventh)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>>(kernel)
            (device.Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh);

    /// <inheritdoc cref="Launch{T1}(AcceleratorDevice, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this AcceleratorDevice device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, KernelConfig config,
        T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh, T8 eighth, T9 ninth, T10 tenth, T11 eleventh, T12 twelfth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>>(kernel)
            (device.Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth);

    /// <inheritdoc cref="Launch{T1}(AcceleratorDevice, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        this AcceleratorDevice device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, KernelConfig config,
        T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh, T8 eighth, T9 ninth, T10 tenth, T11 eleventh, T12 twelfth, T13 thirteenth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
        where T13 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>>(kernel)
            (device.Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth, thirteenth);

    /// <inheritdoc cref="Launch{T1}(AcceleratorDevice, Action{T1}, KernelConfig, T1)"/>
    public static void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        this AcceleratorDevice device, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, KernelConfig config,
        T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh,
        T8 eighth, T9 ninth, T10 tenth, T11 eleventh, T12 twelfth, T13 thirteenth, T14 fourteenth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
        where T13 : struct
        where T14 : struct =>
        device.Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>>(kernel)
            (device.Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth, thirteenth, fourteenth);
}
