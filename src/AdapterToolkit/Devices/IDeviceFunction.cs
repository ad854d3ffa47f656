namespace AdapterToolkit.Devices;

/// <summary>What is computed on either kind of device, as <see cref="IDeviceWork"/>, and handed back.</summary>
/// <typeparam name="TResult">The type of the result.</typeparam>
internal interface IDeviceFunction<out TResult>
{
    /// <summary>Computes on the processor.</summary>
    /// <param name="device">The device.</param>
    TResult RunOn(CpuDevice device);

    /// <summary>Computes on an accelerator.</summary>
    /// <param name="device">The device.</param>
    TResult RunOn(AcceleratorDevice device);
}
