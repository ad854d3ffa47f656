using System.Runtime.InteropServices;

namespace AdapterToolkit.Tests.Shared.Mutations;

/// <summary>Puts what is no file in a file's place.</summary>
internal static partial class Obstacles
{
    private const uint ReadAndWrite = 0b110_110_110;

    private static ReadOnlySpan<byte> LfsPointer =>
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"u8;

    /// <summary>Puts something in a file's place that opens as a file in some systems' eyes, or lies there instead.</summary>
    /// <param name="path">Where to put it; nothing may be there.</param>
    /// <param name="random">Decides what it is.</param>
    /// <returns>What it is, in words.</returns>
    public static string Put(string path, Random random)
    {
        switch (random.Next(OperatingSystem.IsWindows() ? 4 : 8))
        {
            case 0:
                return "nothing";
            case 1:
                File.WriteAllBytes(path, []);
                return "an empty file";
            case 2:
                File.WriteAllBytes(path, LfsPointer);
                return "a Git LFS pointer";
            case 3:
                Directory.CreateDirectory(path);
                return "a folder";
            case 4:
                File.CreateSymbolicLink(path, "nowhere");
                return "a link to nowhere";
            case 5:
                File.CreateSymbolicLink(path, "/dev/zero");
                return "a link to a device";
            case 6:
                File.CreateSymbolicLink(path, Path.GetFileName(path));
                return "a link to itself";
            default:
                MakePipe(path);
                return "a pipe";
        }
    }

    /// <summary>Makes a named pipe.</summary>
    /// <param name="path">Where to make it.</param>
    public static void MakePipe(string path)
    {
        if (MakeFifo(path, ReadAndWrite) != 0)
            throw new IOException($"{path}: mkfifo failed with error {Marshal.GetLastPInvokeError()}.");
    }

    [DllImport("libc", EntryPoint = "mkfifo", SetLastError = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakeFifo([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);
}
