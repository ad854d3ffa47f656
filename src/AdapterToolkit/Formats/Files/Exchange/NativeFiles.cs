using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AdapterToolkit.Formats;

/// <summary>
/// What .NET does not offer of the operating systems' files: the kind, the hard links and the identity of a file, flushing a folder, reading a locked file.
/// </summary>
internal static partial class NativeFiles
{
    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicFields = 0x7FF;
    private const int StatusSize = 256;
    private const int NoSuchFile = 2;
    private const int NoFolder = 20;
    private const int LinuxNameTooLong = 36;
    private const int MacNameTooLong = 63;
    private const int LinuxLoop = 40;
    private const int MacLoop = 62;
    private const int NotPermitted = 1;
    private const int Denied = 13;
    private const int NotImplemented = 38;
    private const int KindMask = 0xF000;
    private const int FolderKind = 0x4000;
    private const int FileKindBits = 0x8000;
    private const int LinkKind = 0xA000;

    /// <summary>The status of a path, not following a link; null where the system has no such call.</summary>
    public static unsafe FileStatus? Status(string path)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return null;
        byte* status = stackalloc byte[StatusSize];
        try
        {
            int result = OperatingSystem.IsLinux() ? LinuxStatus(CurrentFolder, path, DoNotFollow, BasicFields, status)
                : RuntimeInformation.ProcessArchitecture == Architecture.X64 ? MacStatusX64(path, status)
                : MacStatus(path, status);
            if (result == 0)
                return Read(new ReadOnlySpan<byte>(status, StatusSize));
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }

        int error = Marshal.GetLastPInvokeError();
        return error switch
        {
            NoSuchFile or NoFolder or LinuxNameTooLong or MacNameTooLong or LinuxLoop or MacLoop => default(FileStatus),
            NotPermitted or NotImplemented => null,
            Denied => throw new UnauthorizedAccessException($"Access to the path '{path}' is denied."),
            _ => throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}"),
        };
    }

    /// <summary>The status of an open file; null where the system has no such call.</summary>
    public static unsafe FileStatus? Status(SafeFileHandle handle)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return null;
        byte* status = stackalloc byte[StatusSize];
        try
        {
            int result = OperatingSystem.IsLinux() ? LinuxStatus(handle, "", EmptyPath, BasicFields, status)
                : RuntimeInformation.ProcessArchitecture == Architecture.X64 ? MacStatusX64(handle, status)
                : MacStatus(handle, status);
            return result == 0 ? Read(new ReadOnlySpan<byte>(status, StatusSize)) : null;
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The hard links of a file on Windows; one elsewhere, and where the file can't be opened.</summary>
    public static unsafe long WindowsLinks(string path)
    {
        if (!OperatingSystem.IsWindows())
            return 1;
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            uint* information = stackalloc uint[13];
            return WindowsInformation(handle, information) != 0 ? information[10] : 1;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 1;
        }
    }

    /// <summary>
    /// Makes what a file holds, or the names in a folder, outlast a loss of power. On Windows only files can be flushed; the file system keeps folders in its
    /// journal.
    /// </summary>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            if (!File.Exists(path) || File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly))
                return;
            using SafeFileHandle writable = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.FlushToDisk(writable);
            return;
        }

        using SafeFileHandle handle = OpenToRead(path);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Opens a file (a folder too, to flush it) without asking for .NET's lock, which its owner may hold.</summary>
    public static SafeFileHandle OpenToRead(string path)
    {
        if (OperatingSystem.IsWindows())
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        int descriptor = Open(path, 0);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    private static FileStatus Read(ReadOnlySpan<byte> status)
    {
        // The layouts are those of Linux's statx, on every architecture, and of macOS's stat with inodes of 64 bits.
        bool linux = OperatingSystem.IsLinux();
        int mode = BinaryPrimitives.ReadUInt16LittleEndian(status[(linux ? 28 : 4)..]);
        long links = linux ? BinaryPrimitives.ReadUInt32LittleEndian(status[16..]) : BinaryPrimitives.ReadUInt16LittleEndian(status[6..]);
        ulong inode = BinaryPrimitives.ReadUInt64LittleEndian(status[(linux ? 32 : 8)..]);
        ulong device = linux ? BinaryPrimitives.ReadUInt64LittleEndian(status[136..]) : BinaryPrimitives.ReadUInt32LittleEndian(status);
        FileKind kind = (mode & KindMask) switch
        {
            FolderKind => FileKind.Folder,
            FileKindBits => FileKind.File,
            LinkKind => FileKind.Link,
            _ => FileKind.Other,
        };
        return new FileStatus(kind, BinaryPrimitives.ReadInt64LittleEndian(status[(linux ? 40 : 96)..]), links, $"{device}:{inode}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int LinuxStatus(int folder, string path, int flags, uint fields, byte* status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int LinuxStatus(SafeFileHandle file, string path, int flags, uint fields, byte* status);

    [LibraryImport("libc", EntryPoint = "lstat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int MacStatus(string path, byte* status);

    [LibraryImport("libc", EntryPoint = "lstat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int MacStatusX64(string path, byte* status);

    [LibraryImport("libc", EntryPoint = "fstat", SetLastError = true)]
    private static unsafe partial int MacStatus(SafeFileHandle file, byte* status);

    [LibraryImport("libc", EntryPoint = "fstat$INODE64", SetLastError = true)]
    private static unsafe partial int MacStatusX64(SafeFileHandle file, byte* status);

    [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandle", SetLastError = true)]
    private static unsafe partial int WindowsInformation(SafeFileHandle file, uint* information);
}
