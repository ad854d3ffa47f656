using System.Diagnostics;
using System.Globalization;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>One run at a time has a folder, and processes and threads that write to one take turns.</summary>
public sealed class FolderLockTests
{
    [Fact]
    public void A_second_run_is_refused_and_told_of_the_first()
    {
        using TemporaryFolder folder = new();
        using (FolderLock first = FolderLock.Acquire(folder["out"]))
        {
            CheckpointException error = Assert.Throws<CheckpointException>(() => FolderLock.Acquire(folder["out"]));

            Assert.Contains($"process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)} on {Environment.MachineName}, started 2",
                error.Message, StringComparison.Ordinal);
            Assert.Contains("UTC", error.Message, StringComparison.Ordinal);
        }

        using FolderLock next = FolderLock.Acquire(folder["out"]);
        next.Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(folder["out"]));
    }

    [Fact]
    public void A_folder_that_a_run_has_is_refused_to_readers_who_ask_and_not_changed()
    {
        using TemporaryFolder folder = new();
        FolderLock.ThrowIfHeld(folder["out"]);
        Assert.False(Directory.Exists(folder["out"]));
        using (FolderLock first = FolderLock.Acquire(folder["out"]))
        {
            CheckpointException error = Assert.Throws<CheckpointException>(() => FolderLock.ThrowIfHeld(folder["out"]));
            Assert.Contains($"is in use: process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)} ", error.Message, StringComparison.Ordinal);
        }

        const string left = "adapter-toolkit\nprocess 1 on nowhere, started 2000-01-01 00:00:00 UTC\n";
        File.WriteAllText(Path.Combine(folder["out"], ReservedNames.Lock), left);
        FolderLock.ThrowIfHeld(folder["out"]);
        Assert.Equal(left, File.ReadAllText(Path.Combine(folder["out"], ReservedNames.Lock)));
    }

    [Fact]
    public void A_lock_that_a_dead_process_left_is_taken()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder[ReservedNames.Lock], "adapter-toolkit\nprocess 1 on nowhere, started 2000-01-01 00:00:00 UTC\n");
        using (FolderLock held = FolderLock.Acquire(folder.Path))
            Assert.Contains($"process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)} ",
                LockFile.OwnerOf(folder[ReservedNames.Lock]), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Threads_that_take_a_lock_and_delete_its_file_never_have_it_together()
    {
        using TemporaryFolder folder = new(inMemory: true);
        int inside = 0, taken = 0;
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            using LockFile held = LockFile.Acquire(folder["lock"], TimeSpan.FromMinutes(1));
            Assert.Equal(1, Interlocked.Increment(ref inside));
            held.Begin();
            taken++;
            held.Delete();
            Assert.Equal(0, Interlocked.Decrement(ref inside));
        });
        Assert.Equal(200, taken);
    }

    [Fact]
    public void Threads_that_write_one_folder_leave_it_whole_and_a_reader_never_sees_a_mixture()
    {
        using TemporaryFolder folder = new(inMemory: true);
        string target = folder["target"];
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => AtomicFolder.Write(target, path =>
        {
            foreach (string name in (string[])["a", "b", "c"])
                File.WriteAllText(Path.Combine(path, name), i.ToString(CultureInfo.InvariantCulture));
        }));
        FolderManifest.Verify(target, "files", "a", "b", "c");
        Assert.Single(((string[])["a", "b", "c"]).Select(name => File.ReadAllText(Path.Combine(target, name))).Distinct());
        Assert.Equal(4, Directory.GetFileSystemEntries(target).Length);
        Assert.Equal([target], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void The_lock_of_another_process_holds_until_that_is_killed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The process is ended by a signal.");
        using TemporaryFolder folder = new();
        using Process other = ChildProcess.Start(ChildProcess.HoldLock, folder["out"]);
        while (!File.Exists(folder["ready"]) && !other.HasExited)
            Thread.Sleep(10);

        CheckpointException error = Assert.Throws<CheckpointException>(() => FolderLock.Acquire(folder["out"]));
        Assert.Contains($"process {other.Id.ToString(CultureInfo.InvariantCulture)} ", error.Message, StringComparison.Ordinal);
        other.Kill();
        other.WaitForExit();
        FolderLock.Acquire(folder["out"]).Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(folder["out"]));
    }
}
