using System.Globalization;
using System.Runtime.CompilerServices;

namespace AdapterToolkit.Devices;

/// <content>How a program finds and opens a device.</content>
public abstract partial class ComputeDevice
{
    private const string CpuIdentifier = "cpu";
    private const string DebugIdentifier = "debug";

    /// <summary>
    /// Opens the fastest device: the first CUDA device, else the first OpenCL device that is a GPU, else the CPU. An OpenCL
    /// driver that runs on the CPU is never taken, since the CPU device is faster. A device whose driver fails is passed over, and
    /// so are all but the CPU where code can't be compiled at run time: in programs published with NativeAOT, and in those
    /// that <c>dotnet run file.cs</c> starts.
    /// </summary>
    /// <returns>The device; the caller disposes it.</returns>
    public static ComputeDevice Best()
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return new CpuDevice();
        return AcceleratorCatalog.OpenBest() is { } best ? best : new CpuDevice();
    }

    /// <summary>Opens the device that a command line or a configuration names.</summary>
    /// <param name="identifier"><c>cpu</c>, <c>cuda:0</c>, <c>opencl:0</c> (the number may be left out for the first) or <c>debug</c>.</param>
    /// <returns>The device; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">
    /// The identifier is none of these, or this machine does not have the device, or can't use it; the message says why, and lists those that it has.
    /// </exception>
    public static ComputeDevice Parse(string identifier)
    {
        ArgumentNullException.ThrowIfNull(identifier);
        string[] parts = identifier.Trim().ToLowerInvariant().Split(':', 2);
        int index = 0;
        bool numbered = parts.Length == 1 || int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index);
        ComputeDevice? device = (parts[0], parts.Length, numbered) switch
        {
            (CpuIdentifier, 1, _) => new CpuDevice(),
            (DebugIdentifier, 1, _) => OpenAccelerator(AcceleratorKind.Debug, 0, identifier),
            ("cuda", _, true) => OpenAccelerator(AcceleratorKind.Cuda, index, identifier),
            ("opencl", _, true) => OpenAccelerator(AcceleratorKind.OpenCl, index, identifier),
            _ => throw new ArgumentException(
                $"'{identifier}' names no device. Write cpu, cuda:0, opencl:0 or debug. {Describe(Available())}", nameof(identifier)),
        };
        return device ?? throw new ArgumentException($"There is no device '{identifier}' on this machine. {Describe(Available())}", nameof(identifier));
    }

    /// <summary>
    /// Lists the devices of this machine that can be used, the CPU first. Where code can't be compiled at run time it is the only one.
    /// </summary>
    public static IReadOnlyList<DeviceDescription> Available()
    {
        using CpuDevice cpu = new(threads: 1);
        DeviceDescription processor = new(cpu.Identifier, cpu.Name, cpu.MemoryBytes);
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return [processor];
        return
        [
            processor,
            .. AcceleratorCatalog.List(AcceleratorKind.Cuda),
            .. AcceleratorCatalog.List(AcceleratorKind.OpenCl),
            .. AcceleratorCatalog.List(AcceleratorKind.Debug),
        ];
    }

    /// <summary>Opens a device that ILGPU drives, which compiles kernels while the program runs.</summary>
    private static AcceleratorDevice? OpenAccelerator(AcceleratorKind kind, int index, string identifier)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            throw new ArgumentException(
                $"The device '{identifier}' compiles its kernels while the program runs, and this program can't compile code: it was published with NativeAOT, "
                + "or started by 'dotnet run file.cs', which builds for that. Use cpu, or set the property PublishAot to false "
                + "(in a file: #:property PublishAot=false).",
                nameof(identifier));
        }

        try
        {
            return AcceleratorCatalog.Open(kind, index);
        }
        catch (Exception fault) when (DriverFault.IsOf(fault))
        {
            throw new ArgumentException($"The device '{identifier}' can't be used: {fault.Message} {Describe(Available())}", nameof(identifier), fault);
        }
    }

    private static string Describe(IReadOnlyList<DeviceDescription> devices) => $"Devices here: {string.Join(", ", devices)}.";
}
