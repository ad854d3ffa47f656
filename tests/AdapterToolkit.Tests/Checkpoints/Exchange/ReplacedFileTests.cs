using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>Permissions and links of what is replaced stay as they were; a hard link is replaced, and that is told.</summary>
public sealed class ReplacedFileTests : IDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherExecute;

    private readonly TemporaryFolder _folder = new();

    private string Target => _folder["target"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Permissions_stay()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix permissions.");
        AtomicFolder.Write(Target, ExchangeCase.First);
        AtomicFile.WriteText(_folder["file"], "first");
        foreach (string path in (string[])[Path.Combine(Target, "config"), Path.Combine(Target, "templates", "a"), _folder["file"]])
            SetMode(path, Mode);
        SetMode(Target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        AtomicFolder.Write(Target, ExchangeCase.Second);
        AtomicFile.WriteText(_folder["file"], "second");

        foreach (string path in (string[])[Path.Combine(Target, "config"), Path.Combine(Target, "templates", "a"), _folder["file"]])
        {
            Assert.Equal("second", File.ReadAllText(path));
            Assert.Equal(Mode, ModeOf(path));
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, ModeOf(Target));
    }

    [Fact]
    public void Links_to_files_stay_and_their_targets_are_replaced_in_their_own_folders_on_another_device_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a right on Windows.");
        using TemporaryFolder elsewhere = new(inMemory: true);
        AtomicFolder.Write(Target, ExchangeCase.First);
        string link = Path.Combine(Target, "config"), linked = elsewhere["linked"];
        File.Copy(link, linked);
        File.Delete(link);
        File.CreateSymbolicLink(_folder["between"], linked);
        File.CreateSymbolicLink(link, Path.Combine("..", "between"));
        SetMode(linked, Mode);

        AtomicFolder.Write(Target, ExchangeCase.Second);

        Assert.Equal(Path.Combine("..", "between"), new FileInfo(link).LinkTarget);
        Assert.Equal(linked, new FileInfo(_folder["between"]).LinkTarget);
        Assert.Equal("second", File.ReadAllText(linked));
        Assert.Equal(Mode, ModeOf(linked));
        Assert.Equal([linked], Directory.GetFileSystemEntries(elsewhere.Path));

        AtomicFile.WriteText(link, "third");
        Assert.Equal("third", File.ReadAllText(linked));
        Assert.Equal(Path.Combine("..", "between"), new FileInfo(link).LinkTarget);
        Assert.Equal([linked], Directory.GetFileSystemEntries(elsewhere.Path));
    }

    [Fact]
    public void A_folder_that_is_a_link_stays_one_and_is_not_deleted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a right on Windows.");
        using TemporaryFolder elsewhere = new(inMemory: true);
        Directory.CreateSymbolicLink(Target, elsewhere.Path);

        AtomicFolder.Write(Target + Path.DirectorySeparatorChar, ExchangeCase.First);
        AtomicFolder.Write(Target, ExchangeCase.Second);

        Assert.Equal(elsewhere.Path, new DirectoryInfo(Target).LinkTarget);
        Assert.Equal("second", File.ReadAllText(elsewhere["config"]));
        AtomicFolder.Delete(Target);
        Assert.Equal(elsewhere.Path, new DirectoryInfo(Target).LinkTarget);
        Assert.Empty(Directory.GetFileSystemEntries(elsewhere.Path));
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_hard_link_is_replaced_and_told()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The test makes hard links by a program that Windows lacks.");
        AtomicFolder.Write(Target, ExchangeCase.First);
        AtomicFile.WriteText(_folder["file"], "first");
        string[] paths = [Path.Combine(Target, "config"), _folder["file"]];
        foreach (string path in paths)
        {
            using var link = System.Diagnostics.Process.Start("ln", [path, _folder[Path.GetFileName(path) + "-too"]]);
            link.WaitForExit();
        }

        List<string> told = [];
        Action<string> listener = told.Add;
        AtomicFolder.HardLinkReplaced += listener;
        try
        {
            AtomicFolder.Write(Target, ExchangeCase.Second);
            AtomicFile.WriteText(_folder["file"], "second");
            AtomicFile.WriteText(_folder["file"], "third");
        }
        finally
        {
            AtomicFolder.HardLinkReplaced -= listener;
        }

        Assert.Equal(paths, told.Where(path => path.StartsWith(_folder.Path, StringComparison.Ordinal)));
        Assert.Equal("first", File.ReadAllText(_folder["config-too"]));
        Assert.Equal("first", File.ReadAllText(_folder["file-too"]));
        Assert.Equal("second", File.ReadAllText(paths[0]));
    }

    [Fact]
    public void Names_as_long_as_names_can_be_are_written_and_longer_ones_are_an_error_that_leaves_nothing()
    {
        string longest = _folder[new string('n', 255)], tooLong = _folder[new string('n', 256)];
        AtomicFolder.Write(longest, ExchangeCase.First);
        AtomicFolder.Write(longest, ExchangeCase.Second);
        FolderManifest.Verify(longest, "files");
        AtomicFolder.Delete(longest);
        AtomicFile.WriteText(longest, "1");
        Assert.Equal("1", File.ReadAllText(longest));

        Assert.ThrowsAny<IOException>(() => AtomicFolder.Write(tooLong, ExchangeCase.First));
        Assert.ThrowsAny<IOException>(() => AtomicFile.WriteText(tooLong, "1"));
        Assert.Equal([longest], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_place_that_can_not_be_written_is_an_error()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test needs Linux's /proc.");
        Assert.ThrowsAny<IOException>(() => AtomicFolder.Write("/proc/adapter", ExchangeCase.First));
        Assert.ThrowsAny<IOException>(() => AtomicFile.WriteText("/proc/adapter", "1"));
        Assert.ThrowsAny<IOException>(() => FolderLock.Acquire("/proc/adapter"));
    }

    [Fact]
    public void A_mounted_folder_is_written_and_its_files_are_deleted()
    {
        string? mounted = Environment.GetEnvironmentVariable("ADAPTER_MOUNTED_FOLDER") ?? (Directory.Exists("/dev/shm") ? "/dev/shm" : null);
        Assert.SkipWhen(mounted is null, "There is no mounted folder to write to.");
        string part = $"test-{Guid.NewGuid():N}";
        AtomicFolder.Write(mounted!, path => File.WriteAllText(Path.Combine(path, part), "1"), part);
        FolderManifest.Verify(mounted!, part, part);
        AtomicFolder.Delete(mounted!, part);
        Assert.False(File.Exists(Path.Combine(mounted!, part)));
        Assert.True(Directory.Exists(mounted));
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
    }

    private static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);
}
