using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>Files that were written together are told from those that were not.</summary>
public sealed class FolderManifestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);

    private string Target => _folder["target"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_written_is_verified_in_a_copy_too()
    {
        AtomicFolder.Write(Target, ExchangeCase.First);
        AtomicFolder.Write(Target, ExchangeCase.Second);
        FolderManifest.Verify(Target, "files", "config", "templates/a");
        Directory.Move(Target, _folder["copy"]);
        FolderManifest.Verify(_folder["copy"] + Path.DirectorySeparatorChar, "files", "config");
        Assert.True(FolderManifest.Lists(_folder["copy"], "files"));
        Assert.False(FolderManifest.Lists(_folder["copy"], "other"));
        Assert.False(FolderManifest.Lists(Target, "files"));
    }

    [Theory]
    [InlineData("config", "is not the file that was written")]
    [InlineData("templates/a", "is not the file that was written")]
    public void A_file_of_another_time_is_named(string name, string problem)
    {
        AtomicFolder.Write(Target, ExchangeCase.First);
        AtomicFolder.Write(_folder["later"], ExchangeCase.Second);
        File.Copy(Path.Combine(_folder["later"], name), Path.Combine(Target, name), overwrite: true);

        AssertNames(name, problem);
    }

    [Fact]
    public void Bytes_changed_at_the_same_length_and_missing_files_are_named()
    {
        AtomicFolder.Write(Target, ExchangeCase.First);
        File.WriteAllText(Path.Combine(Target, "config"), "First");
        AssertNames("config", "is not the file that was written");
        File.Delete(Path.Combine(Target, "config"));
        AssertNames("config", "is missing");
    }

    [Fact]
    public void A_needed_file_that_came_later_is_named()
    {
        AtomicFolder.Write(Target, ExchangeCase.First);
        File.WriteAllText(Path.Combine(Target, "optimizer"), "mine");
        FolderManifest.Verify(Target, "files");
        CheckpointException error = Assert.Throws<CheckpointException>(() => FolderManifest.Verify(Target, "files", "optimizer"));
        Assert.Equal(Path.Combine(Target, "optimizer"), error.FilePath);
    }

    [Fact]
    public void A_folder_without_manifest_or_without_the_part_is_refused()
    {
        Assert.Contains(FolderManifest.FileName,
            Assert.Throws<CheckpointException>(() => FolderManifest.Verify(Target, "files")).Message, StringComparison.Ordinal);
        AtomicFolder.Write(Target, ExchangeCase.First);
        Assert.Contains("checkpoint", Assert.Throws<CheckpointException>(() => FolderManifest.Verify(Target, "checkpoint")).Message, StringComparison.Ordinal);
    }

    private void AssertNames(string name, string problem)
    {
        CheckpointException error = Assert.Throws<CheckpointException>(() => FolderManifest.Verify(Target, "files"));
        Assert.Equal(Path.Combine(Target, name), error.FilePath);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }
}
