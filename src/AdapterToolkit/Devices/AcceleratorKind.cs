namespace AdapterToolkit.Devices;

/// <summary>The kinds of device that ILGPU drives.</summary>
internal enum AcceleratorKind
{
    /// <summary>An NVIDIA GPU.</summary>
    Cuda,

    /// <summary>A device with an OpenCL driver that ILGPU accepts: OpenCL 2.0 or newer with the generic address space.</summary>
    OpenCl,

    /// <summary>ILGPU's CPU accelerator, which runs kernels thread by thread so that they can be debugged.</summary>
    Debug,
}
