using System.Diagnostics;
using System.Globalization;
using AdapterToolkit.Formats;
using AdapterToolkit.Training;
using FineTune.Display;
using Xunit;

namespace FineTune.Tests;

/// <summary>
/// What the program finds in its output folder: of others it touches nothing, of its own nothing that is still needed, and one run at a time writes there.
/// </summary>
public sealed class OutputFolderTests : IDisposable
{
    private static readonly string[] s_quick = ["--device", "cpu", "--threads", "1", "--json", "--batch", "2", "--sequence", "32"];

    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;

    private string Output => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_second_run_replaces_the_first_ones_results_and_leaves_the_files_of_others()
    {
        string data = Path.Combine(_folder, "notes.md");
        File.WriteAllText(data, string.Concat(Enumerable.Repeat("The reader reads the next node of the document. ", 20)));
        Directory.CreateDirectory(Path.Combine(Output, "checkpoint"));
        Directory.CreateDirectory(Path.Combine(Output, "adapter"));
        string[] notes = [Path.Combine(Output, "notes"), Path.Combine(Output, "checkpoint", "notes"), Path.Combine(Output, "adapter", "notes")];
        foreach (string path in notes)
            File.WriteAllText(path, "mine");

        RunResult first = Run("--data", data, "--steps", "2", "--checkpoint-every", "1");
        File.WriteAllText(Path.Combine(Output, "checkpoint", "more-notes"), "mine");
        RunResult second = Run("--data", data, "--steps", "1");

        Assert.True(first.ExitCode == 0, first.ToString());
        Assert.True(second.ExitCode == 0, second.ToString());
        Assert.All(notes, path => Assert.Equal("mine", File.ReadAllText(path)));
        Assert.Equal([FolderManifest.FileName, "adapter", "checkpoint", "loss.png", "notes", "report.json"], Names(Output));
        Assert.Equal(["more-notes", "notes"], Names(Path.Combine(Output, "checkpoint")));
        Assert.Equal(second.Output, File.ReadAllText(Path.Combine(Output, "report.json")));
    }

    [Theory]
    [InlineData("loss.png")]
    [InlineData("report.json")]
    [InlineData("adapter/adapter_config.json")]
    [InlineData("adapter/adapter_model.safetensors")]
    [InlineData("checkpoint/trainer.json")]
    [InlineData("checkpoint/run.json")]
    [InlineData("merged/model.safetensors")]
    public void A_file_of_anothers_where_a_result_belongs_is_refused_before_the_work(string name)
    {
        string path = Path.Combine(Output, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "mine");

        CheckpointException error = Assert.Throws<CheckpointException>(() => Open(steps: 1));

        Assert.Equal(path, error.FilePath);
        Assert.Equal("mine", File.ReadAllText(path));
        Assert.Equal([name.Split('/')[0]], Names(Output));
    }

    [Fact]
    public void The_program_says_so_in_one_line()
    {
        Directory.CreateDirectory(Output);
        File.WriteAllText(Path.Combine(Output, "loss.png"), "mine");

        RunResult result = Run("--steps", "1");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("error: " + Path.Combine(Output, "loss.png"), Assert.Single(result.Errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void A_half_done_training_is_kept_by_a_run_without_steps_and_refuses_another_training()
    {
        FineTuneOptions options = Options(steps: 1);
        AtomicFolder.Write(options.CheckpointFolder, path => File.WriteAllText(Path.Combine(path, "trainer.json"), "{}"), TrainingCheckpoint.Part);

        using (OutputFolder measuring = Open(steps: 0))
            measuring.DeleteCheckpoint();
        Assert.True(File.Exists(Path.Combine(options.CheckpointFolder, "trainer.json")));

        UserException error = Assert.Throws<UserException>(() => Open(steps: 1));
        Assert.Contains("--resume --output", error.Message, StringComparison.Ordinal);
        Assert.Throws<UserException>(() => OutputFolder.Open(options with { Resume = Path.Combine(_folder, "other", "checkpoint") }, new SilentDisplay()));
        Assert.True(File.Exists(Path.Combine(options.CheckpointFolder, "trainer.json")));

        using (OutputFolder resumed = OutputFolder.Open(options with { Resume = options.CheckpointFolder + Path.DirectorySeparatorChar }, new SilentDisplay()))
            resumed.DeleteCheckpoint();
        Assert.Empty(Names(Output));
    }

    [Fact]
    public void A_second_run_at_the_same_time_is_refused_and_names_the_first()
    {
        using OutputFolder first = Open(steps: 1);

        RunResult second = Run("--steps", "1");

        Assert.Equal(1, second.ExitCode);
        string line = Assert.Single(second.Errors.Trim().Split('\n'));
        Assert.Contains($"{Output}: is in use: process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)} on {Environment.MachineName}, started ",
            line, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_killed_run_left_is_cleaned_by_the_next()
    {
        Directory.CreateDirectory(Output);
        File.WriteAllText(Path.Combine(Output, ".adapter-toolkit.lock"), "adapter-toolkit\nprocess 1 on nowhere, started 2000-01-01 00:00:00 UTC\n");
        File.WriteAllText(Path.Combine(Output, ".adapter-toolkit.exchange"),
            "adapter-toolkit\nprocess 1 on nowhere, started 2000-01-01 00:00:00 UTC\n.adapter-toolkit.new\n");
        Directory.CreateDirectory(Path.Combine(Output, ".adapter-toolkit.new"));
        File.WriteAllText(Path.Combine(Output, ".adapter-toolkit.new", "loss.png"), "half");

        Open(steps: 1).Dispose();

        Assert.Empty(Names(Output));
    }

    [Fact]
    public void A_hard_link_that_is_replaced_is_shown()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The test makes hard links by a program that Windows lacks.");
        RecordingDisplay display = new();
        using OutputFolder output = OutputFolder.Open(Options(steps: 1), display);
        Report report = new()
        {
            Device = "cpu",
            BaseParameters = 10,
            BaseBytes = 5,
            TrainableParameters = 2,
            Steps = 0,
            PeakWorkingSetBytes = 1,
            TrainingLosses = [],
        };
        output.Write(report, new Measurements());
        using (Process link = Process.Start("ln", [Path.Combine(Output, "report.json"), Path.Combine(_folder, "kept")]))
            link.WaitForExit();

        output.Write(report with { Steps = 1 }, new Measurements());

        Assert.Contains(Path.Combine(Output, "report.json"), Assert.Single(display.Lines), StringComparison.Ordinal);
        Assert.Equal(report.ToJson(), File.ReadAllText(Path.Combine(_folder, "kept")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/proc/no-such-folder")]
    [InlineData("/dev/null")]
    public void A_place_that_is_no_folder_to_write_to_gives_one_line(string output)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test needs Linux's /proc.");
        RunResult result = FineTuneProgram.Run([.. s_quick, "--steps", "1", "--output", output]);
        Assert.Equal(1, result.ExitCode);
        Assert.Single(result.Errors.Trim().Split('\n'));
    }

    private static IEnumerable<string?> Names(string folder) => Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private RunResult Run(params string[] arguments) => FineTuneProgram.Run([.. s_quick, .. arguments, "--output", Output]);

    private FineTuneOptions Options(int steps) => new() { Output = Output, Steps = steps, Merge = true };

    private OutputFolder Open(int steps) => OutputFolder.Open(Options(steps), new SilentDisplay());
}
