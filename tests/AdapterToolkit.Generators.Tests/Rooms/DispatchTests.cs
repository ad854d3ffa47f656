using Microsoft.CodeAnalysis;
using Xunit;

namespace AdapterToolkit.Generators.Tests.Rooms;

/// <summary>What runs where is decided in the room of devices.</summary>
public sealed class DispatchTests
{
    private const string Folder = "/project";

    private const string Devices = """
        namespace AdapterToolkit.Devices;

        public abstract class ComputeDevice { public bool IsDisposed => false; }
        public class CpuDevice : ComputeDevice { public int Threads => 1; }
        public class AcceleratorDevice : ComputeDevice { public bool IsDebug => false; }
        public abstract class DeviceBuffer;
        public class CpuBuffer : DeviceBuffer;
        """;

    private static readonly RoomPlan s_plan = RoomPlan.All.Single(plan => plan.UsesEmittedCode);

    private static readonly Lazy<DeviceTest[]> s_tests =
        new(() => [.. new DeviceTestReader(RoomSources.Compile(s_plan, CancellationToken.None), s_plan.Folder).Tests()]);

    public static TheoryData<string> Rooms => [.. s_plan.Rooms.Where(room => room != "Devices")];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void No_room_tells_devices_apart(string room) => AssertNone(s_tests.Value.Where(test => test.Room == room));

    [Theory]
    [InlineData(Sources.LowRank)]
    [InlineData(Sources.Quantized)]
    [InlineData(Sources.Frozen)]
    public void Emitted_code_tells_no_devices_apart(string source)
    {
        GeneratorRun.Driver().RunGeneratorsAndUpdateCompilation(
            GeneratorRun.Compile(source), out Compilation compilation, out _, TestContext.Current.CancellationToken);
        Assert.Contains(compilation.SyntaxTrees, tree => tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal));
        AssertNone(new DeviceTestReader(compilation, Folder).Tests());
    }

    [Fact]
    public void A_test_in_emitted_code_is_found()
    {
        const string Text = "using AdapterToolkit.Devices; class User { bool M(ComputeDevice device) => device is CpuDevice; }";
        Compilation compilation = RoomSources.Compile("Planted", [RoomSources.Parse(Text, "User.g.cs"), RoomSources.Parse(Devices, "ComputeDevice.cs")]);
        Assert.Equal(DeviceTestReader.Emitted, Assert.Single(new DeviceTestReader(compilation, Folder).Tests()).Room);
    }

    [Theory]
    [InlineData("bool M(ComputeDevice device) => device is CpuDevice;")]
    [InlineData("bool M(ComputeDevice device) => device is not CpuDevice;")]
    [InlineData("bool M(ComputeDevice device) => device is CpuDevice or AcceleratorDevice;")]
    [InlineData("bool M(ComputeDevice device) => device is CpuDevice cpu && cpu.Threads > 1;")]
    [InlineData("bool M(ComputeDevice device) => device is CpuDevice { Threads: > 1 };")]
    [InlineData("object? M(ComputeDevice device) => device as CpuDevice;")]
    [InlineData("object M(ComputeDevice device) => (CpuDevice)device;")]
    [InlineData("bool M(ComputeDevice device) => device.GetType() == typeof(CpuDevice);")]
    [InlineData("int M(ComputeDevice device) => device switch { CpuDevice => 1, _ => 2 };")]
    [InlineData("int M(ComputeDevice device) { switch (device) { case CpuDevice: return 1; default: return 2; } }")]
    [InlineData("bool M(AcceleratorDevice device) => device.IsDebug;")]
    [InlineData("bool M(DeviceBuffer memory) => memory is CpuBuffer;")]
    [InlineData("bool M((ComputeDevice Device, int Number) pair) => pair is { Device: CpuDevice };")]
    public void A_test_is_found(string member) => Assert.NotEmpty(TestsIn("Operators", member));

    [Theory]
    [InlineData("Operators", "bool M(ComputeDevice device) => device.IsDisposed;")]
    [InlineData("Operators", "int M(CpuDevice device) => device.Threads;")]
    [InlineData("Operators", "bool M(object given) => given is ComputeDevice;")]
    [InlineData("Devices", "bool M(ComputeDevice device) => device is CpuDevice;")]
    public void What_tells_no_devices_apart_is_not_taken_for_a_test(string room, string member) => Assert.Empty(TestsIn(room, member));

    private static void AssertNone(IEnumerable<DeviceTest> tests)
    {
        string[] places = [.. tests.Select(test => test.ToString())];
        Assert.True(places.Length == 0, $"{places.Length} places tell devices apart:\n{string.Join('\n', places)}");
    }

    private static IEnumerable<DeviceTest> TestsIn(string room, string member)
    {
        Compilation compilation = RoomSources.Compile("Planted",
        [
            RoomSources.Parse($"using AdapterToolkit.Devices; class User {{ {member} }}", Path.GetFullPath(Path.Combine(Folder, room, "User.cs"))),
            RoomSources.Parse(Devices, Path.GetFullPath(Path.Combine(Folder, "Devices", "ComputeDevice.cs"))),
        ]);
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(found => found.Severity == DiagnosticSeverity.Error));
        return new DeviceTestReader(compilation, Path.GetFullPath(Folder)).Tests();
    }
}
