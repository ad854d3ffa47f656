using System.Runtime.InteropServices;

namespace AdapterToolkit.Checkpoints;

/// <summary>Tells files from what stands among them without being one: pipes, devices, sockets, which may never end.</summary>
internal static partial class FileKind
{
    private const int TypeMask = 0xF000, Pipe = 0x1000, CharacterDevice = 0x2000, BlockDevice = 0x6000, Socket = 0xC000;

    /// <summary>What there is at a path where it is neither file nor folder ("pipe", "device", "socket"), links followed; else null.</summary>
    public static string? Of(string path)
    {
        if (OperatingSystem.IsWindows() || Status(path, out FileStatus status) != 0)
            return null;
        return (status.Mode & TypeMask) switch
        {
            Pipe => "pipe",
            CharacterDevice or BlockDevice => "device",
            Socket => "socket",
            _ => null,
        };
    }

    /// <summary>The runtime's own wrapper of <c>stat</c>, whose structure is the same on every Unix.</summary>
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(string path, out FileStatus status);

    /// <summary>The beginning of the runtime's structure, and room for the rest of it.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct FileStatus
    {
        public int Flags;
        public int Mode;
    }
}
