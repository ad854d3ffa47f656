using System.Text.Json;
using AdapterToolkit.Tests.Shared;
using Xunit;

namespace FineTune.Tests;

/// <summary>What a run says about the user's data, on its whole way from the command line.</summary>
public sealed class DataRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_run_says_how_many_conversations_are_left_out_and_cut()
    {
        RunResult result = Run(
            "--data", Case("07-conversations-dropped-and-cut-in-silence", "long.jsonl"),
            "--chat-template", Case("07-conversations-dropped-and-cut-in-silence", "chat_template.jinja"),
            "--steps", "0", "--json");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("13 of 20 conversations are left out: no answer begins within their first 128 tokens (--sequence).",
            result.Errors, StringComparison.Ordinal);
        Assert.Contains("4 of 20 conversations are cut to 128 tokens (--sequence)", result.Errors, StringComparison.Ordinal);
        JsonElement counts = result.Report.GetProperty("data");
        Assert.Equal((20, 13, 4), (counts.GetProperty("conversations").GetInt32(),
            counts.GetProperty("conversationsLeftOut").GetInt32(), counts.GetProperty("conversationsCut").GetInt32()));

        RunResult whole = Run(
            "--data", Case("07-conversations-dropped-and-cut-in-silence", "long.jsonl"),
            "--chat-template", Case("07-conversations-dropped-and-cut-in-silence", "chat_template.jinja"),
            "--steps", "0", "--sequence", "512", "--merge");

        Assert.True(whole.ExitCode == 0, whole.ToString());
        Assert.DoesNotContain("left out", whole.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("cut to", whole.Output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(Case("07-conversations-dropped-and-cut-in-silence", "chat_template.jinja")),
            File.ReadAllText(Path.Combine(_folder, "out", "merged", "chat_template.jinja")));
    }

    [Theory]
    [InlineData("line 2: holds half of a surrogate pair", "10-lone-surrogate-in-jsonl", "data.jsonl")]
    [InlineData("the text is not UTF-8: byte 0xE9 at offset 6", "19-text-that-is-not-utf-8", "latin1.txt")]
    [InlineData("line 1: the text is not UTF-8: byte 0xE9 at offset 16", "19-text-that-is-not-utf-8", "latin1.jsonl")]
    [InlineData("Supply a chat template with --chat-template FILE.", "03-answers-do-not-end-at-the-chat-template-s-end", "eos.jsonl")]
    public void What_is_wrong_with_data_is_one_line(string problem, string folder, string name)
    {
        RunResult result = Run("--data", Case(folder, name), "--steps", "0");

        Refused(result, problem);
    }

    [Fact]
    public void A_chat_template_without_conversations_is_refused()
    {
        string template = Case("07-conversations-dropped-and-cut-in-silence", "chat_template.jinja");

        Refused(Run("--chat-template", template, "--steps", "0"), "--chat-template: the data hold no conversation");
    }

    [Fact]
    public void A_chat_template_that_is_not_there_is_named() =>
        Refused(Run("--data", Case("03-answers-do-not-end-at-the-chat-template-s-end", "eos.jsonl"), "--chat-template", "/nowhere.jinja", "--steps", "0"),
            "/nowhere.jinja");

    [Fact]
    public void The_real_model_s_answer_ends_where_its_chat_template_ends_it()
    {
        string? models = Environment.GetEnvironmentVariable("ADAPTER_MODELS");
        Assert.SkipWhen(string.IsNullOrEmpty(models), "ADAPTER_MODELS is not set: no pretrained model to test with.");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        string model = Directory.CreateDirectory(Path.Combine(_folder, "model")).FullName;
        foreach (string file in Directory.GetFiles(Path.Combine(models!, "smollm2-135m-instruct")))
            File.CreateSymbolicLink(Path.Combine(model, Path.GetFileName(file)), file);
        foreach (string name in (string[])["config.json", "generation_config.json"])
        {
            File.Delete(Path.Combine(model, name));
            File.Copy(Case("03-answers-do-not-end-at-the-chat-template-s-end", name), Path.Combine(model, name));
        }

        RunResult result = Run(
            "--model", model, "--dense", "--steps", "0", "--data", Case("03-answers-do-not-end-at-the-chat-template-s-end", "eos.jsonl"),
            "--prompt", "What is the capital of France? Answer in one word.");

        Assert.True(result.ExitCode == 0, result.ToString());
        string shown = string.Join(' ', result.Output.Split([' ', '\n', '│'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("before: The capital of France is Paris. after: The capital of France is Paris. ╰", shown, StringComparison.Ordinal);
    }

    private static string Case(string folder, string name) => Path.Combine(SolutionFolder.Find(), "tests", "Fixtures", "cases", folder, name);

    private static void Refused(RunResult result, string problem)
    {
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(problem, result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.Trim().Split('\n'));
        Assert.Empty(result.Output);
    }

    private RunResult Run(params string[] arguments) =>
        FineTuneProgram.Run(["--device", "cpu", "--threads", "2", .. arguments, "--output", Path.Combine(_folder, "out")]);
}
