using System.Collections.Concurrent;
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

    /// <summary>What kernels are launched on, one after the other.</summary>
    internal AcceleratorStream Stream => Accelerator.DefaultStream;

    /// <summary>The launcher of a kernel, compiled for the device at its first use.</summary>
    /// <typeparam name="TLauncher">
    /// An action of the stream, the <see cref="KernelConfig"/> (groups and threads a group), and the kernel's parameters.
    /// </typeparam>
    /// <param name="kernel">The kernel: a static method marked <see cref="KernelAttribute"/>.</param>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    internal TLauncher Launcher<TLauncher>(Delegate kernel)
        where TLauncher : Delegate
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ThrowIfDisposed();
        if (!_launchers.TryGetValue(kernel, out Delegate? launcher))
            launcher = _launchers.GetOrAdd(kernel, Accelerator.LoadKernel<TLauncher>(kernel.Method));
        return (TLauncher)launcher;
    }
}
