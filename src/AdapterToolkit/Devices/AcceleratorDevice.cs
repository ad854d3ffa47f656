using System.ComponentModel;
using ILGPU;
using ILGPU.Runtime;

namespace AdapterToolkit.Devices;

/// <summary>A device that ILGPU compiles kernels for: CUDA, OpenCL, or ILGPU's CPU accelerator for debugging.</summary>
public sealed partial class AcceleratorDevice : Device
{
    private readonly Context _context;

    internal AcceleratorDevice(Context context, Accelerator accelerator, string identifier)
        : base(identifier, accelerator.Name, AcceleratorContext.MemoryBytes(accelerator.AcceleratorType, accelerator.MemorySize))
    {
        _context = context;
        Accelerator = accelerator;
    }

    /// <summary>ILGPU's accelerator.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Accelerator Accelerator { get; }

    /// <summary>
    /// Whether this is ILGPU's CPU accelerator, whose groups have 16 threads at most and whose barriers are slow: kernels
    /// take their narrow variant there.
    /// </summary>
    public bool IsDebug => Accelerator.AcceleratorType == AcceleratorType.CPU;

    /// <inheritdoc/>
    public override void Synchronize()
    {
        ThrowIfDisposed();
        Accelerator.Synchronize();
    }

    internal override ExclusiveUse? Use { get; } = new("The device");

    internal override DeviceBuffer AllocateBuffer(int capacity)
    {
        try
        {
            return new AcceleratorBuffer(this, capacity);
        }
        catch (Exception fault) when (DriverFault.IsLackOfMemory(fault))
        {
            throw new DeviceMemoryException(this, (long)capacity * sizeof(float), fault);
        }
    }

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
