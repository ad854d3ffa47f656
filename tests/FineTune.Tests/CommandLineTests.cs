using Xunit;

namespace FineTune.Tests;

/// <summary>Mistakes on the command line: one line that names the option, exit code 1.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--steps must be a whole number, at least 0", "--steps", "-1")]
    [InlineData("--batch must be a whole number, at least 1", "--batch", "x")]
    [InlineData("--learning-rate must be a number greater than 0", "--learning-rate", "-2")]
    [InlineData("--learning-rate must be a number greater than 0, with a point before its fraction", "--learning-rate", "0,002")]
    [InlineData("--merge-type says how merged/ is written; it needs --merge", "--merge-type", "float32")]
    [InlineData("it needs --optimizer-bits 8", "--optimizer-minimum-size", "16")]
    [InlineData("--unknown", "--unknown")]
    [InlineData("Devices here: cpu", "--device", "cuda:99")]
    [InlineData("Devices here: cpu", "--device", "abacus")]
    [InlineData("--model /nowhere: there is no such folder", "--model", "/nowhere")]
    [InlineData("--data /nowhere: there is no such file or folder", "--data", "/nowhere")]
    [InlineData("--sequence 4096: the model takes 512 tokens at most", "--sequence", "4096")]
    [InlineData("--resume: there is no checkpoint", "--resume", "/nowhere")]
    public void A_mistake_gives_one_line_and_exit_code_1(string message, params string[] arguments)
    {
        string output = Path.Combine(Path.GetTempPath(), $"fine-tune-{Guid.NewGuid():N}");
        try
        {
            RunResult result = FineTuneProgram.Run([.. arguments, "--output", output]);

            Assert.Equal(1, result.ExitCode);
            Assert.Contains(message, result.Errors, StringComparison.Ordinal);
            Assert.Single(result.Errors.Trim().Split('\n'));
            Assert.Empty(result.Output);
        }
        finally
        {
            if (Directory.Exists(output))
                Directory.Delete(output, recursive: true);
        }
    }

    [Theory]
    [InlineData("0.002", 0.002f)]
    [InlineData("2e-4", 2e-4f)]
    [InlineData("1", 1f)]
    public void A_learning_rate_is_read_as_it_is_written(string text, float expected)
    {
        CommandLine commandLine = new();

        Assert.Equal(expected, commandLine.Read(commandLine.Root.Parse(["--learning-rate", text])).LearningRate);
    }

    [Fact]
    public void Help_describes_every_option()
    {
        RunResult result = FineTuneProgram.Run("--help");

        Assert.Equal(0, result.ExitCode);
        foreach (string option in (string[])[
            "--model", "--data", "--chat-template", "--device", "--threads", "--steps", "--batch", "--sequence", "--learning-rate",
            "--seed", "--output", "--merge", "--resume", "--prompt", "--evaluate-every", "--checkpoint-every", "--json",
        ])
            Assert.Contains(option, result.Output, StringComparison.Ordinal);
    }
}
