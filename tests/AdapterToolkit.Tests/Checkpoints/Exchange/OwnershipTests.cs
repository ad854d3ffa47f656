using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>What is not proven to have been written by this program is neither replaced nor deleted, and the error names it.</summary>
public sealed class OwnershipTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);

    private string Target => _folder["target"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_of_anothers_where_one_is_to_be_written_is_refused_before_anything_changes()
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(InTarget("config"), "mine");

        CheckpointException error = AssertRefuses("config", "was not written by this program");

        Assert.Contains("choose another folder", error.Message, StringComparison.Ordinal);
        Assert.Throws<CheckpointException>(() => AtomicFolder.Check(Target, ["tensors", "config"]));
        AtomicFolder.Check(Target, ["tensors"]);
    }

    [Theory]
    [InlineData("longer than it was")]
    [InlineData("FIRST")]
    public void A_file_of_ours_that_was_changed_is_refused(string content)
    {
        AtomicFolder.Write(Target, ExchangeCase.First);
        File.WriteAllText(InTarget("config"), content);

        AssertRefuses("config", "is not as this program wrote it");
    }

    [Fact]
    public void Without_its_manifest_a_file_of_ours_is_anothers()
    {
        AtomicFolder.Write(Target, ExchangeCase.First);
        File.Delete(InTarget(FolderManifest.FileName));

        AssertRefuses("config", FolderManifest.FileName);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"format": "adapter-toolkit manifest 1", "files": {"../notes": {"part": "files", "length": 4, "xxh128": "0"}}}""")]
    [InlineData("""{"format": "adapter-toolkit manifest 1", "files": {"/etc/passwd": {"part": "files", "length": 4, "xxh128": "0"}}}""")]
    [InlineData("""{"format": "adapter-toolkit manifest 1", "files": {"a": {"part": "files", "length": 4.5, "xxh128": "0"}}}""")]
    [InlineData("""{"format": "adapter-toolkit manifest 1", "files": [1]}""")]
    public void A_manifest_that_is_none_of_ours_is_refused(string text)
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(InTarget(FolderManifest.FileName), text);

        AssertRefuses(FolderManifest.FileName, "");
        Assert.Throws<CheckpointException>(() => AtomicFolder.Delete(Target));
        Assert.Throws<CheckpointException>(() => FolderManifest.Verify(Target, "files"));
    }

    [Theory]
    [InlineData(ReservedNames.Staging, "files that are being written")]
    [InlineData(ReservedNames.Ready, "files that are being written")]
    [InlineData(ReservedNames.Journal, "the journal of files that are being exchanged")]
    [InlineData(ReservedNames.Lock, "the lock of a run")]
    [InlineData(FolderManifest.FileName, "the list of the files that it wrote")]
    public void What_stands_under_a_name_of_ours_is_called_what_it_is_and_stays(string name, string use)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes among its files.");
        (string What, Action<string> Put)[] things =
        [
            ("a folder", path => File.WriteAllText(Path.Combine(Directory.CreateDirectory(path).FullName, "a"), "mine")),
            ("a file", path => File.WriteAllText(path, "mine")),
            ("a link", path => File.CreateSymbolicLink(path, "nowhere")),
            ("a device, a pipe or a socket", Obstacles.MakePipe),
        ];
        foreach ((string what, Action<string> put) in things)
        {
            Directory.CreateDirectory(Target);
            put(InTarget(name));
            string before = Snapshot();

            CheckpointException error = Assert.Throws<CheckpointException>(() =>
            {
                using FolderLock held = FolderLock.Acquire(Target);
                AtomicFolder.Write(Target, ExchangeCase.Second);
            });

            Assert.Equal(InTarget(name), error.FilePath);
            Assert.Contains($": {what} stands where this program keeps {use}, and was not written by it; it stays as it is, and nothing was written.",
                error.Message, StringComparison.Ordinal);
            Assert.Equal(before, Snapshot());
            Directory.Delete(Target, recursive: true);
        }
    }

    [Theory]
    [InlineData(false, "files that are being written")]
    [InlineData(true, "the journal of files that are being exchanged")]
    public void What_stands_under_a_name_of_ours_beside_the_folder_is_called_what_it_is_and_stays(bool isJournal, string use)
    {
        string beside = isJournal ? ReservedNames.JournalBeside(Target) : ReservedNames.NewBeside(Target);
        File.WriteAllText(beside, "mine");

        CheckpointException error = Assert.Throws<CheckpointException>(() => AtomicFolder.Write(Target, ExchangeCase.First));

        Assert.Equal(beside, error.FilePath);
        Assert.Contains($"a file stands where this program keeps {use}", error.Message, StringComparison.Ordinal);
        Assert.Equal([beside], Directory.GetFileSystemEntries(_folder.Path));
        Assert.Equal("mine", File.ReadAllText(beside));
    }

    [Fact]
    public void A_journal_from_elsewhere_deletes_nothing_but_temporary_names()
    {
        AtomicFolder.Write(Target, ExchangeCase.First);
        string notes = _folder["notes"];
        File.WriteAllText(notes, "mine");
        File.WriteAllText(InTarget(ReservedNames.Journal), "adapter-toolkit\nprocess 1\n"
            + $"{Uri.EscapeDataString(ReservedNames.Staging)}\n{Uri.EscapeDataString(notes)}\n..%2Fnotes\nconfig\n");

        AtomicFolder.Recover(Target);

        Assert.Equal("mine", File.ReadAllText(notes));
        Assert.Equal("first", File.ReadAllText(InTarget("config")));
        Assert.False(File.Exists(InTarget(ReservedNames.Journal)));
    }

    [Fact]
    public void A_plan_from_elsewhere_can_not_lead_out_of_the_folder()
    {
        AtomicFolder.Write(Target, ExchangeCase.First);
        File.WriteAllText(InTarget(ReservedNames.Journal), $"adapter-toolkit\nprocess 1\n{ReservedNames.Staging}\n");
        Directory.CreateDirectory(InTarget(ReservedNames.Ready));
        File.WriteAllText(Path.Combine(InTarget(ReservedNames.Ready), "planted"), "planted");
        File.WriteAllText(
            Path.Combine(InTarget(ReservedNames.Ready), ReservedNames.Plan),
            """{"format": "adapter-toolkit plan 1", "files": {"../planted": {}}, "removed": {}, "folders": [], "emptiedFolders": []}""");

        Assert.Throws<CheckpointException>(() => AtomicFolder.Recover(Target));

        Assert.False(File.Exists(_folder["planted"]));
    }

    [Fact]
    public void Of_a_file_that_came_while_the_process_was_dead_nothing_is_lost()
    {
        AtomicFolder.Write(Target, ExchangeCase.First);
        for (int death = 1;
            SimulatedDeath.Before(death, () => AtomicFolder.Write(Target, ExchangeCase.Second)) && !Directory.Exists(InTarget(ReservedNames.Ready)); death++)
        {
        }

        Assert.True(Directory.Exists(InTarget(ReservedNames.Ready)));
        File.WriteAllText(InTarget("tensors"), "mine");

        CheckpointException error = Assert.Throws<CheckpointException>(() => AtomicFolder.Recover(Target));

        Assert.Equal(InTarget("tensors"), error.FilePath);
        Assert.Equal("mine", File.ReadAllText(InTarget("tensors")));
        File.Move(InTarget("tensors"), _folder["tensors"]);
        AtomicFolder.Recover(Target);
        FolderManifest.Verify(Target, "files", "config", "tensors", "new-templates/b");
    }

    [Fact]
    public void A_folder_a_pipe_and_a_dangling_link_are_refused_without_being_opened()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes among its files.");
        Directory.CreateDirectory(InTarget("config"));
        AssertRefuses("config", "stands where a file is to be written");
        Directory.Delete(InTarget("config"));

        Obstacles.MakePipe(InTarget("config"));
        AssertRefuses("config", "stands where a file is to be written");
        Assert.Throws<CheckpointException>(() => AtomicFile.WriteText(InTarget("config"), "second"));
        File.Delete(InTarget("config"));

        File.CreateSymbolicLink(InTarget("config"), "nowhere");
        AssertRefuses("config", "leads to no file");
        Assert.Throws<CheckpointException>(() => AtomicFile.WriteText(InTarget("config"), "second"));
        File.Delete(InTarget("config"));

        File.WriteAllText(InTarget("templates"), "mine");
        AssertRefuses("templates", "stands where a folder is to be written");
    }

    [Fact]
    public void A_file_or_a_dangling_link_in_place_of_the_folder_is_refused()
    {
        File.WriteAllText(Target, "mine");
        Assert.Contains("a file of this name exists",
            Assert.Throws<CheckpointException>(() => AtomicFolder.Write(Target, ExchangeCase.First)).Message, StringComparison.Ordinal);
        Assert.Contains("a file of this name exists", Assert.Throws<CheckpointException>(() => FolderLock.Acquire(Target)).Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Target));
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a right on Windows.");
        File.CreateSymbolicLink(_folder["link"], "nowhere");
        Obstacles.MakePipe(_folder["pipe"]);
        Assert.Contains("a device, a pipe or a socket has this name",
            Assert.Throws<CheckpointException>(() => FolderLock.Acquire(_folder["pipe"])).Message, StringComparison.Ordinal);
        File.Delete(_folder["pipe"]);
        Assert.Contains("leads nowhere",
            Assert.Throws<CheckpointException>(() => AtomicFolder.Write(_folder["link"], ExchangeCase.First)).Message, StringComparison.Ordinal);
        Assert.Equal(["link", "target"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Two_parts_of_a_folder_do_not_replace_each_others_files()
    {
        AtomicFolder.Write(Target, ExchangeCase.First, "checkpoint");

        CheckpointException error = Assert.Throws<CheckpointException>(() => AtomicFolder.Write(Target, ExchangeCase.Second, "adapter"));

        Assert.Contains("'checkpoint'", error.Message, StringComparison.Ordinal);
        AtomicFolder.Write(Target, path => File.WriteAllText(Path.Combine(path, "new"), "1"), "adapter");
        FolderManifest.Verify(Target, "checkpoint", "config");
        AtomicFolder.Delete(Target, "checkpoint");
        Assert.Equal([FolderManifest.FileName, "new"], Directory.GetFileSystemEntries(Target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Deleting_leaves_what_is_anothers_and_what_was_changed()
    {
        AtomicFolder.Write(Target, ExchangeCase.First);
        File.WriteAllText(InTarget("notes"), "mine");
        File.WriteAllText(InTarget("config"), "mine now");

        AtomicFolder.Delete(Target);

        Assert.Equal(["config", "notes"], Directory.GetFileSystemEntries(Target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        AtomicFolder.Delete(Target);
        AtomicFolder.Delete(_folder["nowhere"]);
        Assert.Equal("mine", File.ReadAllText(InTarget("notes")));
    }

    [Fact]
    public void A_name_of_ours_among_the_files_is_refused()
    {
        Assert.Throws<CheckpointException>(() => AtomicFolder.Write(Target, path => File.WriteAllText(Path.Combine(path, FolderManifest.FileName), "{}")));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private string InTarget(string name) => Path.Combine(Target, name);

    private CheckpointException AssertRefuses(string name, string problem)
    {
        string before = Snapshot();
        CheckpointException error = Assert.Throws<CheckpointException>(() => AtomicFolder.Write(Target, ExchangeCase.Second));
        Assert.Equal(InTarget(name), error.FilePath);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot());
        return error;
    }

    private string Snapshot() => string.Join('\n', Directory.GetFileSystemEntries(Target, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .Select(path => $"{path}: {(FileStatus.Of(path).Kind == FileKind.File ? File.ReadAllText(path) : "")}"));
}
