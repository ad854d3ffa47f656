namespace AdapterToolkit.Devices;

/// <summary>A device that this machine has.</summary>
/// <param name="Identifier">What <see cref="ComputeDevice.Parse"/> takes: <c>cpu</c>, <c>cuda:0</c>, <c>opencl:0</c> or <c>debug</c>.</param>
/// <param name="Name">The device's own name.</param>
/// <param name="MemoryBytes">The device's memory in bytes.</param>
public sealed record DeviceDescription(string Identifier, string Name, long MemoryBytes)
{
    private const double BytesPerGibibyte = 1 << 30;

    /// <summary>The identifier, the name and the memory, as a list of devices shows them.</summary>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Identifier} ({Name}, {MemoryBytes / BytesPerGibibyte:0.0} GiB)");
}
