using AdapterToolkit.Devices;

namespace FineTune;

/// <summary>Opens the device that the options ask for.</summary>
internal static class Devices
{
    private const string Cpu = "cpu";

    /// <summary>Opens a device.</summary>
    /// <param name="name">Its name; null for the fastest.</param>
    /// <param name="threads">Threads of the CPU device; zero for all cores.</param>
    /// <exception cref="UserException">There is no such device; the message lists those that there are.</exception>
    public static ComputeDevice Open(string? name, int threads)
    {
        if (name?.Trim().Equals(Cpu, StringComparison.OrdinalIgnoreCase) == true)
            return new CpuDevice(threads);
        try
        {
            ComputeDevice device = name is null ? ComputeDevice.Best() : ComputeDevice.Parse(name);
            if (threads == 0 || device is CpuDevice { Threads: var all } && all == threads)
                return device;
            bool isCpu = device is CpuDevice;
            device.Dispose();
            return isCpu ? new CpuDevice(threads) : throw new UserException($"--threads {threads} is for the CPU device. Leave it out, or add --device cpu.");
        }
        catch (ArgumentException exception)
        {
            throw new UserException($"--device {name}: {exception.Message.Split(" (Parameter")[0]}");
        }
    }
}
