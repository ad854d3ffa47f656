using AdapterToolkit.Devices;
using Xunit;

namespace AdapterToolkit.Tests.Support;

/// <summary>
/// The devices that tests run on. Each row carries the trait <c>Device</c>, so that a run can choose the rows of one kind.
/// A row of OpenCL skips where there is no OpenCL device, and fails there when ADAPTER_REQUIRE_OPENCL is 1.
/// </summary>
public static class TestDevices
{
    /// <summary>The CPU device, an OpenCL device, and ILGPU's CPU accelerator.</summary>
    public static IEnumerable<TheoryDataRow<string>> All => [Row("cpu"), Row("opencl:0"), Row("debug")];

    /// <summary>The CPU and an OpenCL device, for shapes that ILGPU's CPU accelerator is too slow for.</summary>
    public static IEnumerable<TheoryDataRow<string>> Fast => [Row("cpu"), Row("opencl:0")];

    /// <summary>The devices that run ILGPU's kernels.</summary>
    public static IEnumerable<TheoryDataRow<string>> Accelerators => [Row("opencl:0"), Row("debug")];

    /// <summary>Every combination of a device and one of some values.</summary>
    public static IEnumerable<TheoryDataRow<string, T>> With<T>(IEnumerable<TheoryDataRow<string>> devices, IEnumerable<T> values) =>
        from device in devices
        from value in values
        select new TheoryDataRow<string, T>(device.Data, value).WithTrait("Device", Kind(device.Data));

    /// <summary>Opens a device, or skips the test where it is an OpenCL device and there is none.</summary>
    public static ComputeDevice Open(string identifier)
    {
        bool required = Environment.GetEnvironmentVariable("ADAPTER_REQUIRE_OPENCL") == "1";
        if (identifier.StartsWith("opencl", StringComparison.Ordinal) && !required)
        {
            Assert.SkipUnless(
                ComputeDevice.Available().Any(device => device.Identifier == identifier),
                "There is no OpenCL device here (version 2.0 or later is needed).");
        }

        return ComputeDevice.Parse(identifier);
    }

    private static TheoryDataRow<string> Row(string identifier) => new TheoryDataRow<string>(identifier).WithTrait("Device", Kind(identifier));

    private static string Kind(string identifier) => identifier.Split(':')[0];
}
