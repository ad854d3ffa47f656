namespace AdapterToolkit.Devices;

/// <summary>
/// What an operator does, on either kind of device: a structure with its operands, and the two ways side by side. <see cref="ComputeDevice.Run"/> takes that of
/// the device.
/// </summary>
public interface IDeviceWork
{
    /// <summary>Runs on the processor: vectorized C#, on the device's threads.</summary>
    /// <param name="device">The device.</param>
    void RunOn(CpuDevice device);

    /// <summary>Runs on an accelerator: launches kernels.</summary>
    /// <param name="device">The device.</param>
    void RunOn(AcceleratorDevice device);
}
