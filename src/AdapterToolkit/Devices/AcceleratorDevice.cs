using System.ComponentModel;
using System.Reflection;
using ILGPU;
using ILGPU.Runtime;

namespace AdapterToolkit.Devices;

/// <summary>A device that ILGPU compiles kernels for: CUDA, OpenCL, or ILGPU's CPU accelerator for debugging.</summary>
public sealed partial class AcceleratorDevice : Device
{
    private readonly Context _context;
    private readonly Dictionary<MethodInfo, Delegate> _launchers = [];

    internal AcceleratorDevice(Context context, Accelerator accelerator, string identifier)
        : base(identifier, accelerator.Name, AcceleratorContext.MemoryBytes(accelerator.AcceleratorType, accelerator.MemorySize))
    {
        _context = context;
        Accelerator = accelerator;
    }

    /// <summary>
    /// How many multiprocessors (CUDA) or compute units (OpenCL) the device has; kernels have variants for problems that are
    /// too small to keep all of them busy.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public int Multiprocessors => Accelerator.NumMultiprocessors;

    /// <summary>ILGPU's accelerator.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Accelerator Accelerator { get; }

    /// <summary>
    /// Whether this is ILGPU's CPU accelerator, whose groups have 16 threads at most and whose barriers are slow: kernels
    /// take their narrow variant there.
    /// </summary>
    public bool IsDebug => Accelerator.AcceleratorType == AcceleratorType.CPU;

    /// <summary>The launcher of a kernel with explicit groups, compiled for the device at its first use.</summary>
    /// <typeparam name="TLauncher">
    /// An action of the stream, the <see cref="KernelConfig"/> (groups and threads a group), and the kernel's parameters.
    /// </typeparam>
    /// <param name="kernel">The kernel: a static method marked <see cref="KernelAttribute"/>.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public TLauncher Launcher<TLauncher>(Delegate kernel)
        where TLauncher : Delegate
    {
        ArgumentNullException.ThrowIfNull(kernel);
        if (_launchers.TryGetValue(kernel.Method, out Delegate? launcher))
            return (TLauncher)launcher;
        Kernel compiled = Accelerator.LoadKernel(kernel.Method);
        TLauncher created = compiled.CreateLauncherDelegate<TLauncher>();
        _launchers.Add(kernel.Method, created);
        return created;
    }

    /// <inheritdoc/>
    public override void Synchronize() => Accelerator.Synchronize();

    internal override DeviceBuffer AllocateBuffer(int capacity) => new AcceleratorBuffer(this, capacity);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        Accelerator.Dispose();
        _context.Dispose();
    }
}
