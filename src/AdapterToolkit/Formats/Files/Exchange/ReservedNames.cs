using System.IO.Hashing;
using System.Text;

namespace AdapterToolkit.Formats;

/// <summary>
/// The hidden names that exchanges use. Those beside a file or folder have a hash of its name in place of the name, which may be as long as names can be.
/// </summary>
internal static class ReservedNames
{
    /// <summary>How all of them begin.</summary>
    public const string Prefix = ".adapter-toolkit";

    /// <summary>The journal of an exchange in a folder, which is its lock too.</summary>
    public const string Journal = Prefix + JournalEnd;

    /// <summary>What is being written, and does not count yet.</summary>
    public const string Staging = Prefix + NewEnd;

    /// <summary>What is written whole, and counts: what is in it only has to be moved to its place.</summary>
    public const string Ready = Prefix + ".ready";

    /// <summary>What is to be moved to its place, in <see cref="Ready"/>.</summary>
    public const string Plan = Prefix + ".plan";

    /// <summary>The lock of a folder that a run writes to.</summary>
    public const string Lock = Prefix + ".lock";

    private const string NewEnd = ".new", JournalEnd = ".exchange";

    /// <summary>The journal of an exchange of a whole file or folder.</summary>
    public static string JournalBeside(string target) => Beside(target) + JournalEnd;

    /// <summary>What is being written beside a file or folder.</summary>
    public static string NewBeside(string target) => Beside(target) + NewEnd;

    /// <summary>A folder that is being deleted.</summary>
    public static string OldBeside(string target) => Beside(target) + ".old";

    /// <summary>A name for a file in a folder that is not the exchange's own.</summary>
    public static string Elsewhere() => $"{Prefix}-{Guid.NewGuid():N}{NewEnd}";

    /// <summary>What this program keeps under one of its names, in words.</summary>
    /// <param name="path">The name, in any folder.</param>
    public static string UseOf(string path) => Path.GetFileName(path) switch
    {
        Lock => "the lock of a run",
        FolderManifest.FileName => "the list of the files that it wrote",
        Plan => "the list of the files to put in place",
        var name when name.EndsWith(JournalEnd, StringComparison.Ordinal) => "the journal of files that are being exchanged",
        _ => "files that are being written",
    };

    /// <summary>Whether a name is one of <see cref="Elsewhere"/>.</summary>
    public static bool IsElsewhere(string name)
    {
        int start = Prefix.Length + 1;
        return name.Length == start + 32 + NewEnd.Length
            && name.StartsWith(Prefix + "-", StringComparison.Ordinal)
            && name.EndsWith(NewEnd, StringComparison.Ordinal)
            && Guid.TryParseExact(name.AsSpan(start, 32), "N", out _);
    }

    private static string Beside(string target) => Path.Combine(
        Path.GetDirectoryName(target)!,
        $"{Prefix}-{XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(Path.GetFileName(target))):x16}");
}
