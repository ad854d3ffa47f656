using AdapterToolkit.Formats;
using AdapterToolkit.Training;
using Xunit;

namespace FineTune.Tests;

/// <summary>A run without steps measures, and replaces nothing that a training has left.</summary>
public sealed class NothingTrainedTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;

    private string Output => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Adapter_report_and_chart_of_a_training_stay_and_no_merged_model_comes_beside_them()
    {
        ProgramInProcess.Succeed(Arguments(steps: 2));
        Dictionary<string, byte[]> before = Files();

        RecordingDisplay second = ProgramInProcess.Succeed([.. Arguments(steps: 0), "--merge"]);

        AssertSame(before);
        Assert.Contains(second.Lines, line => line.StartsWith($"Nothing was trained, so that nothing is written: {Output} keeps", StringComparison.Ordinal));
        Assert.Null(second.Outcome!.Output);
        Assert.Equal(0, second.Outcome.Report.Steps);
    }

    [Fact]
    public void A_training_that_has_not_ended_stays_with_all_that_is_beside_it()
    {
        AtomicFolder.Write(Path.Combine(Output, "checkpoint"),
            folder => File.WriteAllText(Path.Combine(folder, "trainer.json"), "{}"), TrainingCheckpoint.Part);
        Dictionary<string, byte[]> before = Files();

        Assert.Null(ProgramInProcess.Succeed(Arguments(steps: 0)).Outcome!.Output);

        AssertSame(before);
    }

    [Fact]
    public void A_merged_model_whose_adapter_is_gone_stays()
    {
        ProgramInProcess.Succeed([.. Arguments(steps: 2), "--merge"]);
        Directory.Delete(Path.Combine(Output, "adapter"), recursive: true);
        Dictionary<string, byte[]> before = Files();

        Assert.Null(ProgramInProcess.Succeed(Arguments(steps: 0)).Outcome!.Output);

        AssertSame(before);
    }

    [Fact]
    public void What_another_run_without_steps_has_left_is_replaced()
    {
        ProgramInProcess.Succeed(Arguments(steps: 0));
        byte[] before = File.ReadAllBytes(Path.Combine(Output, "adapter", PeftAdapterFile.TensorsFileName));

        RecordingDisplay second = ProgramInProcess.Succeed([.. Arguments(steps: 0), "--seed", "1"]);

        Assert.Equal(Output, second.Outcome!.Output);
        Assert.NotEqual(before, File.ReadAllBytes(Path.Combine(Output, "adapter", PeftAdapterFile.TensorsFileName)));
    }

    private string[] Arguments(int steps)
    {
        string data = Path.Combine(_folder, "notes.txt");
        File.WriteAllText(data, string.Concat(Enumerable.Repeat("The reader reads the next node of the document. ", 30)));
        return
        [
            "--data", data, "--dense", "--device", "cpu", "--threads", "2", "--batch", "2", "--sequence", "16", "--evaluate-every", "0",
            "--checkpoint-every", "0", "--steps", steps.ToString(System.Globalization.CultureInfo.InvariantCulture), "--output", Output,
        ];
    }

    private Dictionary<string, byte[]> Files()
    {
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = 0 };
        return Directory.GetFiles(Output, "*", all).ToDictionary(path => path, File.ReadAllBytes);
    }

    private void AssertSame(Dictionary<string, byte[]> before)
    {
        Dictionary<string, byte[]> after = Files();
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        foreach ((string path, byte[] bytes) in before)
            Assert.Equal(bytes, after[path]);
    }
}
