using System.Globalization;

namespace AdapterToolkit.Devices;

/// <summary>
/// How much memory this machine, or the container that the program runs in, has. The garbage collector's own figure is the
/// limit of its heap, which may be less, so that on Linux the system is asked.
/// </summary>
/// <param name="Physical">The bytes of memory.</param>
/// <param name="WithSwap">The bytes of memory and swap together: more than that can never be held.</param>
internal sealed record MachineMemory(long Physical, long WithSwap)
{
    private const string LinuxFile = "/proc/meminfo";

    private static readonly string[] s_containerLimits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

    /// <summary>Asks the system.</summary>
    internal static MachineMemory Read()
    {
        long known = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        try
        {
            if (!File.Exists(LinuxFile))
                return new MachineMemory(known, known);
            string[] lines = File.ReadAllLines(LinuxFile);
            long physical = Math.Max(known, Field(lines, "MemTotal:")), swap = Field(lines, "SwapTotal:");
            foreach (string file in s_containerLimits.Where(File.Exists))
            {
                if (long.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long limit) && limit > 0)
                    physical = Math.Min(physical, limit);
            }

            return new MachineMemory(physical, physical + swap);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new MachineMemory(known, known);
        }
    }

    /// <summary>One of the file's numbers, which it gives in kibibytes; zero where it has none of that name.</summary>
    private static long Field(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
        && long.TryParse(line.AsSpan(name.Length).Trim().TrimEnd(" kB"), NumberStyles.None, CultureInfo.InvariantCulture, out long kibibytes)
            ? kibibytes * 1024
            : 0;
}
