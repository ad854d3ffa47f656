using System.Numerics;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;

namespace AdapterToolkit.Devices;

/// <summary>A device that ILGPU compiles kernels for: CUDA, OpenCL, or ILGPU's CPU accelerator for debugging.</summary>
public sealed partial class AcceleratorDevice : ComputeDevice
{
    private readonly Context _context;

    internal AcceleratorDevice(Context context, Accelerator accelerator, string identifier)
        : base(identifier, accelerator.Name, AcceleratorContext.MemoryBytes(accelerator.AcceleratorType, accelerator.MemorySize))
    {
        _context = context;
        Accelerator = accelerator;
    }

    /// <summary>ILGPU's accelerator.</summary>
    internal Accelerator Accelerator { get; }

    /// <summary>
    /// How many threads a group has, of a kernel that suits groups of any size: 16 on ILGPU's CPU accelerator, mostly as many as
    /// the kernel takes elsewhere. Kernels for one size have a narrow variant for devices that lack it.
    /// </summary>
    /// <param name="most">The most threads that the kernel takes.</param>
    /// <returns>So many, or the largest power of two that the device's groups have: threads add up by halves.</returns>
    public int GroupSize(int most) => Math.Min(most, 1 << BitOperations.Log2((uint)Accelerator.MaxNumThreadsPerGroup));

    /// <inheritdoc/>
    public override void Synchronize()
    {
        ThrowIfDisposed();
        Accelerator.Synchronize();
    }

    /// <summary>The bytes of the widest number that kernels compute in: 8, or 4 on OpenCL devices without double precision.</summary>
    internal int WidestNumber => Accelerator.Capabilities is CLCapabilityContext { Float64: false } ? sizeof(float) : sizeof(double);

    internal override ExclusiveUse? Use { get; } = new("The device");

    /// <inheritdoc/>
    public override void Run<TWork>(in TWork work) => work.RunOn(this);

    internal override TResult Compute<TFunction, TResult>(in TFunction function) => function.RunOn(this);

    internal override DeviceBuffer AllocateBuffer(long length)
    {
        try
        {
            return new AcceleratorBuffer(this, length);
        }
        catch (Exception fault) when (DriverFault.IsLackOfMemory(fault))
        {
            throw new DeviceMemoryException(this, length, fault);
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
