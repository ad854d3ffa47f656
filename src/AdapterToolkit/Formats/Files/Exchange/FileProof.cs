using System.Buffers;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace AdapterToolkit.Formats;

/// <summary>Length and hash of a file: what proves that it is still the one that was written.</summary>
/// <param name="Length">Its bytes.</param>
/// <param name="Hash">Their XXH128, in hexadecimal.</param>
internal readonly record struct FileProof(long Length, string Hash)
{
    private const int BufferSize = 1 << 20;

    /// <summary>Reads a file's length and hash.</summary>
    /// <param name="path">A regular file, or a link to one.</param>
    public static FileProof Of(string path)
    {
        XxHash128 hash = new();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            long length = 0;
            while (RandomAccess.Read(handle, buffer, length) is > 0 and int count)
            {
                hash.Append(buffer.AsSpan(0, count));
                length += count;
            }

            return new FileProof(length, Convert.ToHexStringLower(hash.GetCurrentHash()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Whether a regular file (or what a link leads to) has this length and content. The content is read only where kind and length agree.</summary>
    /// <param name="path">The path.</param>
    public bool Matches(string path) =>
        FileStatus.FinalTarget(path) is { } target
        && FileStatus.Of(target) is { Kind: FileKind.File } status
        && status.Length == Length
        && Of(target) == this;
}
