using System.Text.Json;
using AdapterToolkit.Formats;
using Xunit;

namespace FineTune.Tests;

/// <summary>The main job from end to end, with few steps.</summary>
public sealed class MainJobTests : IDisposable
{
    private static readonly string[] s_quick = ["--device", "cpu", "--threads", "2", "--json", "--batch", "4", "--sequence", "64"];

    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_run_leaves_adapter_chart_report_and_merged_model_and_no_checkpoint()
    {
        RunResult result = Run("out", "--steps", "3", "--merge", "--checkpoint-every", "1");

        Assert.True(result.ExitCode == 0, result.ToString());
        foreach (string file in (string[])[
            "adapter/adapter_config.json", "adapter/adapter_model.safetensors", "loss.png",
            "report.json", "merged/config.json", "merged/model.safetensors", "merged/tokenizer.json",
        ])
            Assert.True(File.Exists(Path.Combine(_folder, "out", file)), file);
        Assert.Equal([FolderManifest.FileName, "adapter", "loss.png", "merged", "report.json"], Directory.GetFileSystemEntries(Path.Combine(_folder, "out"))
            .Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(File.ReadAllText(Path.Combine(_folder, "out", "report.json")), result.Output);

        JsonElement report = result.Report;
        Assert.Equal(ReportTests.Fields, report.EnumerateObject().Select(property => property.Name));
        Assert.Equal("cpu", report.GetProperty("device").GetString());
        Assert.Equal(2_828_736, report.GetProperty("baseParameters").GetInt64());
        Assert.Equal(165_888, report.GetProperty("trainableParameters").GetInt64());
        Assert.Equal(3, report.GetProperty("steps").GetInt32());
        Assert.Equal(3, result.TrainingLosses.Length);
        Assert.Equal(0, report.GetProperty("adapterReloadMaxError").GetDouble());
        Assert.InRange(report.GetProperty("mergeMaxError").GetDouble(), 0, 1e-2);
        Assert.InRange(report.GetProperty("heldOutLossBefore").GetDouble(), 3, 4);
        Assert.InRange(report.GetProperty("heldOutLossBefore").GetDouble() - report.GetProperty("heldOutLossDense").GetDouble(), -0.02, 0.02);
        Assert.InRange(report.GetProperty("bitsPerWeight").GetDouble(), 4, 4.2);
        Assert.InRange(report.GetProperty("baseBytes").GetInt64(), 1, report.GetProperty("baseParameters").GetInt64() * 2);
        Assert.True(report.GetProperty("heldOutLossAfter").GetDouble() < report.GetProperty("heldOutLossBefore").GetDouble());
        Assert.True(report.GetProperty("tokensPerSecond").GetDouble() > 0);
        Assert.True(report.GetProperty("peakWorkingSetBytes").GetInt64() > 0);
    }

    [Fact]
    public void A_dense_run_keeps_the_files_numbers()
    {
        JsonElement report = Run("out", "--steps", "1", "--dense").Report;

        Assert.Equal(report.GetProperty("heldOutLossDense").GetDouble(), report.GetProperty("heldOutLossBefore").GetDouble());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("bitsPerWeight").ValueKind);
        Assert.InRange(report.GetProperty("mergeMaxError").GetDouble(), 0, 1e-3);
    }

    [Fact]
    public void Eight_bits_of_optimizer_state_change_no_loss_by_more_than_a_hundredth()
    {
        string[] options = ["--steps", "40", "--evaluate-every", "0", "--checkpoint-every", "0"];
        RunResult full = Run("full", options), eight = Run("eight", [.. options, "--optimizer-bits", "8", "--optimizer-minimum-size", "0"]);

        Assert.True(eight.ExitCode == 0, eight.ToString());
        Assert.NotEqual(full.TrainingLosses, eight.TrainingLosses);
        foreach ((double expected, double actual) in full.TrainingLosses.Zip(eight.TrainingLosses))
            Assert.Equal(expected, actual, 0.01 * expected);
    }

    [Fact]
    public void No_step_leaves_the_base_models_loss()
    {
        JsonElement report = Run("out", "--steps", "0").Report;

        Assert.Equal(report.GetProperty("heldOutLossBefore").GetDouble(), report.GetProperty("heldOutLossAfter").GetDouble());
        Assert.Equal(0, report.GetProperty("mergeMaxError").GetDouble());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("tokensPerSecond").ValueKind);
        Assert.Empty(report.GetProperty("trainingLosses").EnumerateArray());
    }

    [Fact]
    public void An_interrupted_run_goes_on_with_the_losses_of_an_uninterrupted_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A process of its own can't be sent Ctrl+C on Windows.");
        string[] options = ["--steps", "30", "--evaluate-every", "0", "--checkpoint-every", "1"];
        RunResult straight = Run("straight", options);

        RunResult stopped = FineTuneProgram.RunAndInterrupt(
            Path.Combine(_folder, "stopped", "checkpoint", "trainer.json"),
            [.. s_quick, .. options, "--output", Path.Combine(_folder, "stopped")]);

        Assert.True(stopped.ExitCode == 130, stopped.ToString());
        Assert.Contains("--resume", stopped.Errors, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, stopped.Report.GetProperty("heldOutLossAfter").ValueKind);
        Assert.InRange(stopped.TrainingLosses.Length, 1, 29);

        RunResult resumed = FineTuneProgram.Run("--resume", "--json", "--output", Path.Combine(_folder, "stopped"));

        Assert.True(resumed.ExitCode == 0, resumed.ToString());
        Assert.Equal(straight.TrainingLosses, resumed.TrainingLosses);
        Assert.Equal(straight.Report.GetProperty("heldOutLossAfter").GetDouble(), resumed.Report.GetProperty("heldOutLossAfter").GetDouble());
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(_folder, "straight", "adapter", "adapter_model.safetensors")),
            File.ReadAllBytes(Path.Combine(_folder, "stopped", "adapter", "adapter_model.safetensors")));
    }

    [Fact]
    public void Another_value_for_what_decides_on_the_losses_can_not_be_given_when_resuming()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A process of its own can't be sent Ctrl+C on Windows.");
        string output = Path.Combine(_folder, "out");
        FineTuneProgram.RunAndInterrupt(Path.Combine(output, "checkpoint", "trainer.json"),
            [.. s_quick, "--steps", "50", "--checkpoint-every", "1", "--output", output]);

        RunResult result = FineTuneProgram.Run("--resume", "--seed", "9", "--output", output);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--seed 9 differs from 0", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Own_text_trains_and_what_can_not_be_measured_is_null()
    {
        string data = Path.Combine(_folder, "notes.md");
        File.WriteAllText(data, string.Concat(Enumerable.Repeat("The reader reads the next node of the document. ", 20)));

        RunResult result = Run("out", "--steps", "2", "--data", data, "--prompt", "The reader");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(JsonValueKind.Null, result.Report.GetProperty("heldOutLossBefore").ValueKind);
        Assert.Equal(2, result.TrainingLosses.Length);
    }

    private RunResult Run(string output, params string[] arguments) =>
        FineTuneProgram.Run([.. s_quick, .. arguments, "--output", Path.Combine(_folder, output)]);
}
