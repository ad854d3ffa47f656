using AdapterToolkit.Devices;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Devices;

/// <summary>What Linux says of a machine's memory, and of the groups of processes that may have less of it.</summary>
public sealed class MachineMemoryTests : IDisposable
{
    private const long Machine = 64L << 30, Swap = 8L << 30, Limit = 6L << 30;

    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("0::/", "", Machine, Machine + Swap)]
    [InlineData("0::/", "memory.max=max,memory.swap.max=max", Machine, Machine + Swap)]
    [InlineData("0::/", "memory.max=6442450944", Limit, Limit + Swap)]
    [InlineData("0::/", "memory.max=6442450944,memory.swap.max=0", Limit, Limit)]
    [InlineData("0::/user.slice/run.scope", "user.slice/memory.max=6442450944,user.slice/run.scope/memory.max=max", Limit, Limit + Swap)]
    [InlineData("0::/user.slice/run.scope", "user.slice/memory.max=max,user.slice/run.scope/memory.max=6442450944,user.slice/run.scope/memory.swap.max=1024",
        Limit, Limit + 1024)]
    [InlineData("0::/user.slice", "other.slice/memory.max=6442450944", Machine, Machine + Swap)]
    [InlineData("0::/docker/0123abc", "memory.max=6442450944", Limit, Limit + Swap)]
    [InlineData("0::/../../outside", "memory.max=6442450944", Limit, Limit + Swap)]
    [InlineData("0::/", "memory.max=99999999999999", Machine, Machine + Swap)]
    [InlineData("5:cpu,memory:/docker/0123abc", "memory/memory.limit_in_bytes=6442450944", Limit, Limit + Swap)]
    [InlineData("5:memory:/a:b/c", "memory/a:b/memory.limit_in_bytes=6442450944,memory/a:b/memory.memsw.limit_in_bytes=6442451968", Limit, Limit + 1024)]
    [InlineData("5:memory:/\n0::/", "memory/memory.limit_in_bytes=9223372036854771712", Machine, Machine + Swap)]
    [InlineData("4:cpuset:/", "memory/memory.limit_in_bytes=6442450944", Machine, Machine + Swap)]
    public void The_least_limit_of_a_group_and_those_around_it_counts(string groups, string limits, long physical, long withSwap)
    {
        Write("proc/meminfo", $"MemTotal:       {Machine >> 10} kB\nMemFree:        1024 kB\nSwapTotal:      {Swap >> 10} kB\n");
        Write("proc/self/cgroup", groups + "\n");
        foreach (string[] limit in limits.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(limit => limit.Split('=')))
            Write($"sys/fs/cgroup/{limit[0]}", limit[1] + "\n");

        Assert.Equal(new MachineMemory(physical, withSwap), MachineMemory.Read(_root.Path));
    }

    [Fact]
    public void Where_the_system_does_not_say_the_garbage_collector_does()
    {
        long known = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        Assert.Equal(new MachineMemory(known, known), MachineMemory.Read(_root.Path));
        Write("proc/meminfo", "SwapTotal: none\n");
        Assert.Equal(new MachineMemory(known, known), MachineMemory.Read(_root.Path));
    }

    [Fact]
    public void This_machine_has_memory()
    {
        MachineMemory memory = MachineMemory.Read();
        Assert.True(memory.Physical > 1 << 28 && memory.WithSwap >= memory.Physical, memory.ToString());
        using CpuDevice device = new(threads: 1);
        Assert.Equal((memory.Physical, memory.WithSwap), (device.MemoryBytes, device.LargestHeldBytes));
    }

    private void Write(string name, string text)
    {
        string path = _root[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
