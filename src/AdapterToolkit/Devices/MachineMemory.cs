using System.Globalization;

namespace AdapterToolkit.Devices;

/// <summary>
/// How much memory this machine, or the container that the program runs in, has. The garbage collector's own figure is the
/// limit of its heap, which may be less (three quarters of a container's memory, or what a setting says), so that on Linux the system is asked.
/// </summary>
/// <param name="Physical">The bytes of memory.</param>
/// <param name="WithSwap">The bytes of memory and swap together: more than that can never be held.</param>
internal sealed record MachineMemory(long Physical, long WithSwap)
{
    private const string LinuxFile = "proc/meminfo";

    /// <summary>Asks the system.</summary>
    /// <param name="root">The root of the file system.</param>
    internal static MachineMemory Read(string root = "/")
    {
        long known = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        try
        {
            string file = Path.Combine(root, LinuxFile);
            if (!File.Exists(file))
                return new MachineMemory(known, known);
            string[] lines = File.ReadAllLines(file);
            ControlGroup limits = ControlGroup.Read(root);
            long physical = Math.Min(Field(lines, "MemTotal:") ?? known, limits.Memory), swap = Math.Min(Field(lines, "SwapTotal:") ?? 0, limits.Swap);
            return new MachineMemory(Math.Min(physical, limits.Total), Math.Min(physical + swap, limits.Total));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new MachineMemory(known, known);
        }
    }

    /// <summary>One of the file's numbers, which it gives in kibibytes; null where it has none of that name.</summary>
    private static long? Field(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
        && long.TryParse(line.AsSpan(name.Length).Trim().TrimEnd(" kB"), NumberStyles.None, CultureInfo.InvariantCulture, out long kibibytes)
            ? kibibytes * 1024
            : null;
}
