using System.Diagnostics;
using AdapterToolkit.Formats;
using Xunit;

namespace FineTune.Tests;

/// <summary>A run that is killed at any moment, again and again, and resumed, ends as one that was never stopped, and leaves nothing over.</summary>
public sealed class KilledRunTests : IDisposable
{
    private const int Seed = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;

    private static int Kills => Environment.GetEnvironmentVariable("ADAPTER_LONG_TESTS") == "1" ? 50 : 3;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Killed_runs_go_on_to_the_losses_of_an_uninterrupted_one()
    {
        string data = Path.Combine(_folder, "notes.md");
        File.WriteAllText(data, string.Concat(Enumerable.Repeat("The reader reads the next node of the document. The writer closes the element. ", 30)));
        string[] options =
        [
            "--device", "cpu", "--threads", "1", "--json", "--data", data, "--batch", "2", "--sequence", "32", "--steps", "25", "--evaluate-every", "0",
            "--checkpoint-every", "1", "--merge",
        ];
        string straightOutput = Path.Combine(_folder, "straight");
        var watch = Stopwatch.StartNew();
        RunResult straight = FineTuneProgram.Run([.. options, "--output", straightOutput]);
        double milliseconds = watch.Elapsed.TotalMilliseconds;
        Assert.True(straight.ExitCode == 0, straight.ToString());
        Assert.Equal(25, straight.TrainingLosses.Length);

        Random random = new(Seed);
        int kills = 0;
        for (int series = 0; kills < Kills; series++)
        {
            string output = Path.Combine(_folder, $"killed-{series}"), notes = Path.Combine(output, "checkpoint", "notes");
            RunResult? result = null;
            while (result is null)
            {
                bool halfDone = File.Exists(Path.Combine(output, "checkpoint", "trainer.json"));
                if (halfDone)
                    File.WriteAllText(notes, "mine");
                TimeSpan time = kills < Kills ? TimeSpan.FromMilliseconds(milliseconds * (0.2 + random.NextDouble())) : TimeSpan.FromMinutes(10);
                result = FineTuneProgram.RunAndKill(time, halfDone ? ["--resume", "--json", "--output", output] : [.. options, "--output", output]);
                kills += result is null ? 1 : 0;
                if (result is { ExitCode: 1 } && result.Errors.Contains("--resume", StringComparison.Ordinal))
                    result = null;
            }

            Assert.True(result.ExitCode == 0, result.ToString());
            Assert.Equal(straight.TrainingLosses, result.TrainingLosses);
            foreach (string folder in (string[])["adapter", "merged"])
                AssertSame(Path.Combine(straightOutput, folder), Path.Combine(output, folder));
            Assert.Equal(
                [FolderManifest.FileName, "adapter", .. File.Exists(notes) ? (string[])["checkpoint"] : [], "loss.png", "merged", "report.json"],
                Names(output));
            if (File.Exists(notes))
                Assert.Equal(["notes"], Names(Path.Combine(output, "checkpoint")));
        }
    }

    private static IEnumerable<string?> Names(string folder) => Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private static void AssertSame(string expected, string actual)
    {
        Assert.Equal(Names(expected), Names(actual));
        foreach (string path in Directory.GetFiles(expected))
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(actual, Path.GetFileName(path))));
    }
}
