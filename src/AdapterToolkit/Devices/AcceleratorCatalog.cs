using ILGPU;
using ILGPU.Runtime.OpenCL;

namespace AdapterToolkit.Devices;

/// <summary>Finds and opens the devices that ILGPU drives.</summary>
internal static class AcceleratorCatalog
{
    /// <summary>Lists the devices of one kind; none where their driver fails.</summary>
    public static IReadOnlyList<DeviceDescription> List(AcceleratorKind kind)
    {
        try
        {
            using Context context = AcceleratorContext.Create(kind);
            return [.. AcceleratorContext.Devices(context, kind).Select((device, index) =>
                new DeviceDescription(Identify(kind, index), device.Name, AcceleratorContext.MemoryBytes(device.AcceleratorType, device.MemorySize)))];
        }
        catch (Exception fault) when (DriverFault.IsOf(fault))
        {
            return [];
        }
    }

    /// <summary>Opens the first CUDA device that works, else the first OpenCL device that is a GPU and works; null where there is neither.</summary>
    public static AcceleratorDevice? OpenBest() =>
        OpenOrNull(() => Open(AcceleratorKind.Cuda, 0)) ?? OpenOrNull(() => FirstOpenClGpu() is { } index ? Open(AcceleratorKind.OpenCl, index) : null);

    private static AcceleratorDevice? OpenOrNull(Func<AcceleratorDevice?> open)
    {
        try
        {
            return open();
        }
        catch (Exception fault) when (DriverFault.IsOf(fault))
        {
            return null;
        }
    }

    /// <summary>The number of the first OpenCL device that is a GPU; null where there is none.</summary>
    private static int? FirstOpenClGpu()
    {
        using Context context = AcceleratorContext.Create(AcceleratorKind.OpenCl);
        int index = AcceleratorContext.Devices(context, AcceleratorKind.OpenCl).ToList()
            .FindIndex(device => ((CLDevice)device).DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_GPU));
        return index < 0 ? null : index;
    }

    /// <summary>Opens a device; null where there is none of that number.</summary>
    public static AcceleratorDevice? Open(AcceleratorKind kind, int index)
    {
        Context context = AcceleratorContext.Create(kind);
        try
        {
            if (AcceleratorContext.Devices(context, kind).ElementAtOrDefault(index) is { } device)
                return new AcceleratorDevice(context, device.CreateAccelerator(context), Identify(kind, index));
        }
        catch
        {
            context.Dispose();
            throw;
        }

        context.Dispose();
        return null;
    }

    private static string Identify(AcceleratorKind kind, int index) => kind switch
    {
        AcceleratorKind.Cuda => $"cuda:{index}",
        AcceleratorKind.OpenCl => $"opencl:{index}",
        _ => "debug",
    };
}
