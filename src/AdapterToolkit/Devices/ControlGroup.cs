using System.Globalization;

namespace AdapterToolkit.Devices;

/// <summary>
/// The memory that Linux grants a group of processes (a container, a unit of systemd): the least of what the group of this process and those around it may
/// hold. Where nothing limits it, the numbers are <see cref="long.MaxValue"/>.
/// </summary>
/// <param name="Memory">The bytes of memory.</param>
/// <param name="Swap">The bytes that may be swapped out beside them.</param>
/// <param name="Total">The bytes of both together.</param>
/// <remarks>
/// Groups of version 2 have <c>memory.max</c> and <c>memory.swap.max</c>, those of version 1 <c>memory.limit_in_bytes</c> and
/// <c>memory.memsw.limit_in_bytes</c>. In a container the path of the process's group may be the host's, of which only the end is there to see: folders that
/// are not there limit nothing.
/// </remarks>
internal sealed record ControlGroup(long Memory, long Swap, long Total)
{
    private const string OfProcess = "proc/self/cgroup", Groups = "sys/fs/cgroup", MemoryController = "memory";

    /// <summary>Reads the limits of this process.</summary>
    /// <param name="root">The root of the file system.</param>
    /// <exception cref="IOException">A file can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file can't be read.</exception>
    internal static ControlGroup Read(string root)
    {
        ControlGroup least = new(long.MaxValue, long.MaxValue, long.MaxValue);
        string file = Path.Combine(root, OfProcess);
        foreach (string line in File.Exists(file) ? File.ReadAllLines(file) : [])
        {
            // The number of a hierarchy, its controllers (none in version 2, which has one hierarchy), and the group's path in it.
            if (line.Split(':', 3) is not [_, var controllers, var path])
                continue;
            if (controllers.Length == 0)
            {
                foreach (string group in Around(Path.Combine(root, Groups), path))
                    least = least.And(new ControlGroup(Limit(group, "memory.max"), Limit(group, "memory.swap.max"), long.MaxValue));
            }
            else if (controllers.Split(',').Contains(MemoryController))
            {
                foreach (string group in Around(Path.Combine(root, Groups, MemoryController), path))
                    least = least.And(new ControlGroup(Limit(group, "memory.limit_in_bytes"), long.MaxValue, Limit(group, "memory.memsw.limit_in_bytes")));
            }
        }

        return least;
    }

    /// <summary>A group's folder and those of the groups around it, up to the mounted one.</summary>
    private static IEnumerable<string> Around(string mount, string path)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names.Contains(".."))
            names = [];
        for (int depth = names.Length; depth >= 0; depth--)
            yield return Path.Combine([mount, .. names[..depth]]);
    }

    private static long Limit(string group, string name)
    {
        string file = Path.Combine(group, name);
        return File.Exists(file) && long.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
            ? bytes
            : long.MaxValue;
    }

    private ControlGroup And(ControlGroup other) => new(Math.Min(Memory, other.Memory), Math.Min(Swap, other.Swap), Math.Min(Total, other.Total));
}
