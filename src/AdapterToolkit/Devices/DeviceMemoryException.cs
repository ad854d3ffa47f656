using System.Globalization;

namespace AdapterToolkit.Devices;

/// <summary>
/// A device has no room for what was asked of it: an allocation failed, could never fit, or would hold more numbers than a
/// tensor can. What the failed call had allocated is given back, and the model works on as before.
/// </summary>
public sealed class DeviceMemoryException : Exception
{
    private const double Kibi = 1024;

    private const string Remedy =
        "Use a smaller batch or shorter sequences (Trainer.AccumulationSteps keeps the batch of a step), Trainer.RecomputesBlocks, "
        + "fewer bits a weight ([Quantized(4)], AdamW.StateBits), or a device with more memory.";

    private static readonly string[] s_units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

    internal DeviceMemoryException(ComputeDevice device, long requestedBytes, Exception? cause = null)
        : base($"{device} has no room for {Size(requestedBytes)} more: {Size(device.HeldBytes)} of its {Size(device.MemoryBytes)} are held. {Remedy}", cause)
    {
        RequestedBytes = requestedBytes;
        HeldBytes = device.HeldBytes;
    }

    internal DeviceMemoryException(string operation, long rows, long columns, ComputeDevice device)
        : base($"{operation} gives {Number(rows)} x {Number(columns)} numbers, and a tensor holds {Number(Array.MaxLength)} at most; "
            + $"{Size(device.HeldBytes)} of {device} are held. {Remedy}")
    {
        RequestedBytes = rows * columns * sizeof(float);
        HeldBytes = device.HeldBytes;
    }

    /// <summary>Refuses a result that no tensor can hold.</summary>
    internal static void ThrowIfTooLarge(ComputeDevice device, int rows, int columns, string operation)
    {
        if ((long)rows * columns > Array.MaxLength)
            throw new DeviceMemoryException(operation, rows, columns, device);
    }

    /// <summary>The bytes that were asked for.</summary>
    public long RequestedBytes { get; }

    /// <summary>The bytes of the device that tensors and weights held then.</summary>
    public long HeldBytes { get; }

    private static string Size(long bytes)
    {
        int unit = 0;
        double size = bytes;
        for (; size >= Kibi && unit < s_units.Length - 1; unit++)
            size /= Kibi;
        return unit == 0 ? $"{Number(bytes)} {s_units[0]}" : string.Create(CultureInfo.InvariantCulture, $"{size:0.0} {s_units[unit]}");
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
