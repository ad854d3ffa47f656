using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace AdapterToolkit.Devices;

/// <summary>Creates ILGPU's contexts, all with the same settings, so that a kernel means the same on every device.</summary>
internal static class AcceleratorContext
{
    /// <summary>Creates a context that knows the devices of one kind.</summary>
    /// <exception cref="NotSupportedException">OpenCL's barriers can't be trusted with this version of ILGPU.</exception>
    public static Context Create(AcceleratorKind kind)
    {
        OpenClLibrary.Install();
        if (kind == AcceleratorKind.OpenCl)
            OpenClBarriers.Install();
        return Context.Create(builder => Configure(kind switch
        {
            AcceleratorKind.Cuda => builder.Cuda(),
            AcceleratorKind.OpenCl => builder.OpenCL(),
            _ => builder.CPU(CPUDeviceKind.Default),
        }));
    }

    /// <summary>What every context has: the mathematical functions that kernels call (exp, log, sqrt and their like), and CUDA's instructions.</summary>
    public static Context.Builder Configure(Context.Builder builder) =>
        CudaInstructions.Install(builder.EnableAlgorithms()).Optimize(OptimizationLevel.O1);

    /// <summary>The devices of one kind, in the order of their numbers. ILGPU adds its CPU accelerator where it finds no other.</summary>
    public static IReadOnlyList<ILGPU.Runtime.Device> Devices(Context context, AcceleratorKind kind)
    {
        AcceleratorType type = kind switch
        {
            AcceleratorKind.Cuda => AcceleratorType.Cuda,
            AcceleratorKind.OpenCl => AcceleratorType.OpenCL,
            _ => AcceleratorType.CPU,
        };
        return [.. context.Devices.Where(device => device.AcceleratorType == type)];
    }

    /// <summary>A device's memory in bytes. ILGPU's CPU accelerator has the machine's; it states none of its own.</summary>
    public static long MemoryBytes(AcceleratorType type, long stated) =>
        type == AcceleratorType.CPU ? MachineMemory.Read().Physical : stated;
}
