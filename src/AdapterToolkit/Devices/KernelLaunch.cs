using System.Collections.Concurrent;
using System.ComponentModel;
using ILGPU;
using ILGPU.Runtime;

namespace AdapterToolkit.Devices;

/// <content>
/// How kernels run. The first launch of a kernel compiles it for the device; from then on a launch costs one look-up and a
/// typed call, no reflection. Launches run one after the other, in the order in which they were made, beside the CPU.
/// </content>
public sealed partial class AcceleratorDevice
{
    private readonly ConcurrentDictionary<Delegate, Delegate> _launchers = [];

    private AcceleratorStream Stream => Accelerator.DefaultStream;

    /// <summary>Runs a kernel, a static method marked <see cref="KernelAttribute"/>, with the given arguments.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="config">How many groups of how many threads.</param>
    /// <param name="first">Its first argument.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1>(Action<T1> kernel, KernelConfig config, T1 first)
        where T1 : struct =>
        Launcher<Action<AcceleratorStream, KernelConfig, T1>>(kernel)(Stream, config, first);

    /// <inheritdoc cref="Launch{T1}"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1, T2>(Action<T1, T2> kernel, KernelConfig config, T1 first, T2 second)
        where T1 : struct
        where T2 : struct =>
        Launcher<Action<AcceleratorStream, KernelConfig, T1, T2>>(kernel)(Stream, config, first, second);

    /// <inheritdoc cref="Launch{T1}"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1, T2, T3>(Action<T1, T2, T3> kernel, KernelConfig config, T1 first, T2 second, T3 third)
        where T1 : struct
        where T2 : struct
        where T3 : struct =>
        Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3>>(kernel)(Stream, config, first, second, third);

    /// <inheritdoc cref="Launch{T1}"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1, T2, T3, T4>(Action<T1, T2, T3, T4> kernel, KernelConfig config, T1 first, T2 second, T3 third, T4 fourth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct =>
        Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4>>(kernel)(Stream, config, first, second, third, fourth);

    /// <inheritdoc cref="Launch{T1}"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1, T2, T3, T4, T5>(Action<T1, T2, T3, T4, T5> kernel, KernelConfig config, T1 first, T2 second, T3 third, T4 fourth, T5 fifth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct =>
        Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5>>(kernel)(Stream, config, first, second, third, fourth, fifth);

    /// <inheritdoc cref="Launch{T1}"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1, T2, T3, T4, T5, T6>(Action<T1, T2, T3, T4, T5, T6> kernel, KernelConfig config, T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct =>
        Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6>>(kernel)(Stream, config, first, second, third, fourth, fifth, sixth);

    /// <inheritdoc cref="Launch{T1}"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1, T2, T3, T4, T5, T6, T7>(Action<T1, T2, T3, T4, T5, T6, T7> kernel, KernelConfig config, T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct =>
        Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7>>(kernel)(Stream, config, first, second, third, fourth, fifth, sixth, seventh);

    /// <inheritdoc cref="Launch{T1}"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8>(Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, KernelConfig config, T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh, T8 eighth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct =>
        Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>>(kernel)(Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth);

    /// <inheritdoc cref="Launch{T1}"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, KernelConfig config, T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh, T8 eighth, T9 ninth)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct =>
        Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9>>(kernel)(Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth);

    /// <inheritdoc cref="Launch{T1}"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, KernelConfig config, T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh, T8 eighth, T9 ninth, T10 tenth)
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
        Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>>(kernel)(Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth);

    /// <inheritdoc cref="Launch{T1}"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, KernelConfig config, T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh, T8 eighth, T9 ninth, T10 tenth, T11 eleventh)
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
        Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>>(kernel)(Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh);

    /// <inheritdoc cref="Launch{T1}"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, KernelConfig config, T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh, T8 eighth, T9 ninth, T10 tenth, T11 eleventh, T12 twelfth)
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
        Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>>(kernel)(Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth);

    /// <inheritdoc cref="Launch{T1}"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, KernelConfig config, T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh, T8 eighth, T9 ninth, T10 tenth, T11 eleventh, T12 twelfth, T13 thirteenth)
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
        Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>>(kernel)(Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth, thirteenth);

    /// <inheritdoc cref="Launch{T1}"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, KernelConfig config, T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth, T7 seventh, T8 eighth, T9 ninth, T10 tenth, T11 eleventh, T12 twelfth, T13 thirteenth, T14 fourteenth)
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
        Launcher<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>>(kernel)(Stream, config, first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth, thirteenth, fourteenth);

    /// <summary>The launcher of a kernel, compiled for the device at its first use.</summary>
    /// <typeparam name="TLauncher">
    /// An action of the stream, the <see cref="KernelConfig"/> (groups and threads a group), and the kernel's parameters.
    /// </typeparam>
    /// <param name="kernel">The kernel: a static method marked <see cref="KernelAttribute"/>.</param>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public TLauncher Launcher<TLauncher>(Delegate kernel)
        where TLauncher : Delegate
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ThrowIfDisposed();
        if (!_launchers.TryGetValue(kernel, out Delegate? launcher))
            launcher = _launchers.GetOrAdd(kernel, Accelerator.LoadKernel<TLauncher>(kernel.Method));
        return (TLauncher)launcher;
    }
}
