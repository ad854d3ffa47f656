using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace AdapterToolkit.Devices;

/// <summary>Tells the errors of drivers and of ILGPU, which lie outside the toolkit, from its own.</summary>
internal static class DriverFault
{
    /// <summary>Whether an error says that a device can't be used here: its driver is missing, broken, or refuses.</summary>
    /// <param name="fault">The error.</param>
    internal static bool IsOf(Exception fault) =>
        fault is AcceleratorException or NotSupportedException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException
            or TypeInitializationException;

    /// <summary>Whether an error says that an accelerator has no memory left.</summary>
    /// <param name="fault">The error.</param>
    internal static bool IsLackOfMemory(Exception fault) => fault switch
    {
        OutOfMemoryException => true,
        CudaException cuda => cuda.Error.Contains("memory", StringComparison.OrdinalIgnoreCase),
        CLException openCl => openCl.Error is CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_RESOURCES or CLError.CL_OUT_OF_HOST_MEMORY
            or CLError.CL_INVALID_BUFFER_SIZE,
        _ => false,
    };
}
