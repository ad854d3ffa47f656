using AdapterToolkit.Formats;
using AdapterToolkit.Training;
using Xunit;

namespace FineTune.Tests;

/// <summary>Whatever goes wrong ends as one line.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_meant_for_the_user_is_said_as_it_is_and_the_rest_with_its_type_and_how_to_see_more()
    {
        Assert.Equal("a", Failure.Describe(new UserException("a")));
        Assert.Equal("f: b", Failure.Describe(new CheckpointException("f", "b")));
        Assert.Equal("c", Failure.Describe(new AggregateException(new IOException("c"))));
        Assert.Contains("--learning-rate", Failure.Describe(new TrainingDivergedException(3, "the loss", double.NaN)), StringComparison.Ordinal);
        Assert.Contains("--batch", Failure.Describe(new InsufficientMemoryException()), StringComparison.Ordinal);
        string unexpected = Failure.Describe(new InvalidCastException("d"));
        Assert.StartsWith("InvalidCastException: d", unexpected, StringComparison.Ordinal);
        Assert.Contains("FINE_TUNE_DETAILS=1", unexpected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The training has diverged: in step 1", "--learning-rate", "1e38")]
    [InlineData("--batch", "--batch", "200000", "--sequence", "64")]
    [InlineData("--batch 1000000000: ", "--batch", "1000000000")]
    public void A_run_that_can_not_go_on_ends_in_one_line_and_leaves_no_result(string message, params string[] arguments)
    {
        string output = Path.Combine(_folder, "out");

        RunResult result = FineTuneProgram.Run([.. Quick(output), "--steps", "2", .. arguments]);

        Assert.Equal(1, result.ExitCode);
        Assert.Single(result.Errors.Trim().Split('\n'));
        Assert.StartsWith("error: ", result.Errors, StringComparison.Ordinal);
        Assert.Contains(message, result.Errors, StringComparison.Ordinal);
        Assert.Empty(result.Output);
        foreach (string left in (string[])["adapter", "checkpoint", "merged", "report.json", "loss.png"])
            Assert.False(Path.Exists(Path.Combine(output, left)), left);
    }

    [Fact]
    public void What_fails_in_another_thread_is_one_line_too()
    {
        RunResult result = FineTuneProgram.RunWithFailingThread(
            [.. Quick(Path.Combine(_folder, "out")), "--batch", "2", "--sequence", "16", "--steps", "1000000"]);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"error: InvalidCastException: {StartupHook.Message}", Assert.Single(result.Errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_diverges_leaves_the_checkpoint_of_before()
    {
        string output = Path.Combine(_folder, "out");

        // The first of two steps of warm-up has a rate of zero, the second makes numbers that are finite, but too large for the third.
        RunResult result = FineTuneProgram.Run(
            [.. Quick(output), "--batch", "2", "--sequence", "16", "--steps", "20", "--learning-rate", "1e38", "--checkpoint-every", "1"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("in step 3", result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.Trim().Split('\n'));
        Assert.Equal(["checkpoint"], Directory.GetFileSystemEntries(output).Select(Path.GetFileName).Where(name => name![0] != '.'));
        Assert.Equal(2, RunState.Read(Path.Combine(output, "checkpoint")).MeasurementsAfter(2, output).TrainingLosses.Count);
    }

    [Fact]
    public void A_report_with_a_number_that_is_not_finite_is_refused_by_the_number_s_name()
    {
        Report report = new()
        {
            Device = "cpu",
            BaseParameters = 1,
            BaseBytes = 1,
            TrainableParameters = 1,
            Steps = 2,
            PeakWorkingSetBytes = 1,
            TrainingLosses = [1, 2],
        };

        Assert.Contains("mergeMaxError would be NaN",
            Assert.Throws<UserException>(() => (report with { MergeMaxError = double.NaN }).Save(_folder)).Message, StringComparison.Ordinal);
        Assert.Contains("trainingLosses[1]",
            Assert.Throws<UserException>(() => (report with { TrainingLosses = [1, double.PositiveInfinity] }).Save(_folder)).Message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_half_done_run_is_neither_replaced_nor_deleted_by_another()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A process of its own can't be sent Ctrl+C on Windows.");
        string output = Path.Combine(_folder, "out");
        string[] options = [.. Quick(output), "--batch", "2", "--sequence", "16"];
        string position = Path.Combine(output, "checkpoint", TrainingCheckpoint.TrainerFileName);
        FineTuneProgram.RunAndInterrupt(position, [.. options, "--steps", "3000", "--checkpoint-every", "1"]);
        byte[] before = File.ReadAllBytes(position);

        RunResult fresh = FineTuneProgram.Run([.. options, "--steps", "3"]);
        Assert.Equal(1, fresh.ExitCode);
        Assert.Contains("--resume", fresh.Errors, StringComparison.Ordinal);
        Assert.Contains("--output", fresh.Errors, StringComparison.Ordinal);
        RunResult measured = FineTuneProgram.Run([.. options, "--steps", "0"]);
        Assert.True(measured.ExitCode == 0, measured.ToString());

        Assert.Equal(before, File.ReadAllBytes(position));
    }

    /// <summary>The options of a run on a few words.</summary>
    private string[] Quick(string output)
    {
        string data = Path.Combine(_folder, "notes.txt");
        File.WriteAllText(data, string.Concat(Enumerable.Repeat("The reader reads the next node of the document. ", 30)));
        return ["--data", data, "--dense", "--device", "cpu", "--threads", "2", "--json", "--evaluate-every", "0", "--output", output];
    }
}
