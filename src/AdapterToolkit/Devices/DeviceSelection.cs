using System.Globalization;

namespace AdapterToolkit.Devices;

/// <content>How a program finds and opens a device.</content>
public abstract partial class Device
{
    private const string CpuIdentifier = "cpu";
    private const string DebugIdentifier = "debug";

    /// <summary>
    /// Opens the fastest device: the first CUDA device, else the first OpenCL device that is a GPU, else the CPU. An OpenCL
    /// driver that runs on the CPU is never taken, since the CPU device is faster.
    /// </summary>
    /// <returns>The device; the caller disposes it.</returns>
    public static Device Best()
    {
        if (AcceleratorCatalog.Open(AcceleratorKind.Cuda, 0) is { } cuda)
            return cuda;
        if (AcceleratorCatalog.FirstOpenClGpu() is { } index && AcceleratorCatalog.Open(AcceleratorKind.OpenCl, index) is { } gpu)
            return gpu;
        return new CpuDevice();
    }

    /// <summary>Opens the device that a command line or a configuration names.</summary>
    /// <param name="identifier"><c>cpu</c>, <c>cuda:0</c>, <c>opencl:0</c> (the number may be left out for the first) or <c>debug</c>.</param>
    /// <returns>The device; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The identifier is none of these, or this machine does not have the device; the message lists those that it has.</exception>
    public static Device Parse(string identifier)
    {
        ArgumentNullException.ThrowIfNull(identifier);
        string[] parts = identifier.Trim().ToLowerInvariant().Split(':', 2);
        int index = 0;
        bool numbered = parts.Length == 1 || int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index);
        Device? device = (parts[0], parts.Length, numbered) switch
        {
            (CpuIdentifier, 1, _) => new CpuDevice(),
            (DebugIdentifier, 1, _) => AcceleratorCatalog.Open(AcceleratorKind.Debug, 0),
            ("cuda", _, true) => AcceleratorCatalog.Open(AcceleratorKind.Cuda, index),
            ("opencl", _, true) => AcceleratorCatalog.Open(AcceleratorKind.OpenCl, index),
            _ => throw new ArgumentException($"'{identifier}' names no device. Write cpu, cuda:0, opencl:0 or debug. {Describe(Available())}", nameof(identifier)),
        };
        return device ?? throw new ArgumentException($"There is no device '{identifier}' on this machine. {Describe(Available())}", nameof(identifier));
    }

    /// <summary>Lists the devices of this machine, the CPU first.</summary>
    public static IReadOnlyList<DeviceDescription> Available()
    {
        using CpuDevice cpu = new(threads: 1);
        return
        [
            new DeviceDescription(cpu.Identifier, cpu.Name, cpu.MemoryBytes),
            .. AcceleratorCatalog.List(AcceleratorKind.Cuda),
            .. AcceleratorCatalog.List(AcceleratorKind.OpenCl),
            .. AcceleratorCatalog.List(AcceleratorKind.Debug),
        ];
    }

    private static string Describe(IReadOnlyList<DeviceDescription> devices) => $"Devices here: {string.Join(", ", devices)}.";
}
