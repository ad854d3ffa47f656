using AdapterToolkit.Formats;
using Xunit;

namespace FineTune.Tests;

/// <summary>A training that goes on: beside a run that lives, and with another prompt.</summary>
public sealed class ResumedRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;

    private string Output => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_second_run_is_refused_before_its_data_are_read()
    {
        string data = Path.Combine(_folder, "latin.txt");
        File.WriteAllBytes(data, [(byte)'c', (byte)'a', (byte)'f', 0xE9]);
        Assert.Contains("not UTF-8", ProgramInProcess.Fail("--data", data, "--output", Output), StringComparison.Ordinal);

        using OutputFolder live = OutputFolder.Take(Output, new RecordingDisplay());

        Assert.StartsWith($"--output {Output}: is in use: process ", ProgramInProcess.Fail("--data", data, "--output", Output), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_second_resumption_is_refused_before_anything_of_the_first_is_put_in_order(bool elsewhere)
    {
        StartAndDie();
        string checkpoint = Path.Combine(Output, "checkpoint");
        const string journal = "adapter-toolkit\nprocess 1 on nowhere, started 2000-01-01 00:00:00 UTC\n.adapter-toolkit.new\n";
        File.WriteAllText(Path.Combine(checkpoint, ".adapter-toolkit.exchange"), journal);
        Directory.CreateDirectory(Path.Combine(checkpoint, ".adapter-toolkit.new"));
        string[] other = elsewhere ? ["--output", Path.Combine(_folder, "other")] : [];
        using (OutputFolder live = OutputFolder.Take(Output, new RecordingDisplay()))
        {
            string[] before = Entries();
            Assert.Contains($"{Output}: is in use: process ", ProgramInProcess.Fail(["--resume", checkpoint, .. other]), StringComparison.Ordinal);
            Assert.Equal(before, Entries());
        }

        RecordingDisplay resumed = ProgramInProcess.Succeed(["--resume", checkpoint, .. other]);

        Assert.Equal(4, resumed.Outcome!.Report.Steps);
        Assert.DoesNotContain(Entries(), path => Path.GetFileName(path).StartsWith(".adapter-toolkit.", StringComparison.Ordinal)
            && Path.GetFileName(path) != FolderManifest.FileName);
    }

    [Fact]
    public void Without_a_checkpoint_no_lock_is_taken_and_no_folder_made()
    {
        string stranger = Path.Combine(_folder, "stranger");
        Directory.CreateDirectory(stranger);
        File.WriteAllText(Path.Combine(stranger, "notes"), "mine");
        DateTime before = Directory.GetLastWriteTimeUtc(_folder);

        Assert.Contains($"--resume: there is no checkpoint in '{stranger}'", ProgramInProcess.Fail("--resume", stranger), StringComparison.Ordinal);
        Assert.Contains("--resume: there is no checkpoint in '", ProgramInProcess.Fail("--resume", "--output", Output), StringComparison.Ordinal);

        Assert.Equal(before, Directory.GetLastWriteTimeUtc(_folder));
    }

    [Fact]
    public void Another_prompt_is_shown_with_its_own_continuation_by_the_base()
    {
        const string other = "Gets the value of";
        string first = ProgramInProcess.Succeed([.. Quick("first"), "--steps", "0", "--prompt", other]).Outcome!.ContinuationBefore;
        StartAndDie();
        string started = RunState.Read(Path.Combine(Output, "checkpoint")).Measurements.ContinuationBefore;

        RecordingDisplay resumed = ProgramInProcess.Succeed("--resume", "--output", Output, "--prompt", other);

        Assert.NotEqual(first, started);
        Assert.Equal((other, first), (resumed.Outcome!.Prompt, resumed.Outcome.ContinuationBefore));
    }

    [Fact]
    public void The_same_prompt_keeps_its_continuation()
    {
        string first = ProgramInProcess.Succeed([.. Quick("first"), "--steps", "0"]).Outcome!.ContinuationBefore;
        StartAndDie();

        RecordingDisplay resumed = ProgramInProcess.Succeed("--resume", "--output", Output);

        Assert.NotEmpty(first);
        Assert.Equal(first, resumed.Outcome!.ContinuationBefore);
    }

    /// <summary>Starts a training of four steps that ends as if it had been killed, with the checkpoint of the second.</summary>
    private void StartAndDie()
    {
        RecordingDisplay display = new() { DiesAt = 3 };
        Assert.Throws<TimeoutException>(() => ProgramInProcess.Run(display, [.. Quick(Output), "--steps", "4", "--checkpoint-every", "1"]));
    }

    private string[] Quick(string output)
    {
        string data = Path.Combine(_folder, "notes.txt");
        File.WriteAllText(data, string.Concat(Enumerable.Repeat("The reader reads the next node of the document. ", 30)));
        return
        [
            "--data", data, "--dense", "--device", "cpu", "--threads", "2", "--batch", "2", "--sequence", "16", "--evaluate-every", "0",
            "--output", Path.Combine(_folder, output),
        ];
    }

    private string[] Entries()
    {
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = 0 };
        return [.. Directory.GetFileSystemEntries(_folder, "*", all).Order(StringComparer.Ordinal)];
    }
}
