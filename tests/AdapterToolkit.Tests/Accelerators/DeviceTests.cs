using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Accelerators;

/// <summary>How devices are found, named and opened.</summary>
public sealed class DeviceTests
{
    [Fact]
    public void TheCpuAndTheDebugDeviceAreAlwaysThere()
    {
        IReadOnlyList<DeviceDescription> devices = ComputeDevice.Available();
        Assert.Equal("cpu", devices[0].Identifier);
        Assert.Single(devices, device => device.Identifier == "debug");
        Assert.All(devices, device => Assert.True(device.MemoryBytes > 0 && device.Name.Length > 0, device.ToString()));
    }

    [Fact]
    public void EveryListedDeviceOpensUnderItsName()
    {
        foreach (DeviceDescription description in ComputeDevice.Available())
        {
            using ComputeDevice device = ComputeDevice.Parse(description.Identifier);
            Assert.Equal((description.Identifier, description.Name), (device.Identifier, device.Name));
        }
    }

    [Fact]
    public void TheBestDeviceIsNoDriverThatRunsOnTheCpu()
    {
        using ComputeDevice best = ComputeDevice.Best();
        Assert.NotEqual("debug", best.Identifier);
        if (best is AcceleratorDevice { Accelerator: ILGPU.Runtime.OpenCL.CLAccelerator accelerator })
            Assert.True(accelerator.Device.DeviceType.HasFlag(ILGPU.Runtime.OpenCL.CLDeviceType.CL_DEVICE_TYPE_GPU));
    }

    [Theory]
    [InlineData("cuda:99")]
    [InlineData("opencl:99")]
    public void AnAbsentDeviceIsAnErrorThatListsThoseThatAreThere(string identifier)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => ComputeDevice.Parse(identifier));
        Assert.Contains($"no device '{identifier}'", error.Message, StringComparison.Ordinal);
        Assert.All(ComputeDevice.Available(), device => Assert.Contains(device.ToString(), error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cpu:1")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("opencl:x")]
    [InlineData("debug:0")]
    public void AnythingElseNamesNoDevice(string identifier)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => ComputeDevice.Parse(identifier));
        Assert.Contains("names no device", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void NumbersComeBackAsTheyWere(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        float[] values = [1, -2.5f, float.Epsilon, float.MaxValue, 0];
        using Tensor tensor = Tensor.From(device, new Shape(5), values);
        Assert.Equal(values, tensor.ToArray());
        tensor.Clear();
        Assert.Equal(new float[5], tensor.ToArray());
    }

    [Fact]
    [Trait("Device", "debug")]
    public void GroupsAreAsLargeAsAKernelTakesAndTheDeviceHas()
    {
        using AcceleratorDevice device = Assert.IsType<AcceleratorDevice>(ComputeDevice.Parse("debug"));
        Assert.Equal(16, device.GroupSize(256));
        Assert.Equal(16, device.GroupSize(16));
        Assert.Equal(8, device.GroupSize(8));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void WorkTakesTheWayOfItsDevice(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        string[] ways = new string[1];
        device.Run(new Way(ways));
        Assert.Equal(identifier == "cpu" ? nameof(CpuDevice) : nameof(AcceleratorDevice), ways[0]);
        Assert.Equal(ways[0], device.Compute<Way, string>(new Way(ways)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            device.Run(new Way(ways));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void AContextCompilesTheSameWayEverywhere()
    {
        using ILGPU.Context context = ILGPU.Context.Create(builder => AcceleratorContext.Configure(builder));
        Assert.Equal(ILGPU.OptimizationLevel.O1, context.Properties.OptimizationLevel);
    }

    private readonly struct Way(string[] ways) : IDeviceWork, IDeviceFunction<string>
    {
        public void RunOn(CpuDevice device) => ways[0] = nameof(CpuDevice);

        public void RunOn(AcceleratorDevice device) => ways[0] = nameof(AcceleratorDevice);

        string IDeviceFunction<string>.RunOn(CpuDevice device) => nameof(CpuDevice);

        string IDeviceFunction<string>.RunOn(AcceleratorDevice device) => nameof(AcceleratorDevice);
    }
}
