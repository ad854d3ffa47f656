using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Training;
using Xunit;

namespace FineTune.Tests;

/// <summary>The state of a run is read like any file that somebody may have changed.</summary>
public sealed class RunStateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static FineTuneOptions Options => new() { Output = "out", Steps = 10, Batch = 2, Sequence = 16, LearningRate = 0.5f, OptimizerBits = 32 };

    private static Measurements Measured => new()
    {
        TrainingLosses = [3, 2.5],
        HeldOutLosses = [new HeldOutPoint(0, 3), new HeldOutPoint(2, 2.5)],
        HeldOutLossBefore = 3,
        Tokens = 64,
        Seconds = 0.5,
    };

    [Fact]
    public void A_state_is_read_as_it_was_written()
    {
        RunState state = RunState.Read(Write(_ => { }));

        Assert.Equal((10, 2, 16, 0.5f, 32, 0), (state.Steps, state.Batch, state.Sequence, state.LearningRate, state.OptimizerBits, state.Seed));
        Assert.Equal([3, 2.5], state.MeasurementsAfter(2, _folder).TrainingLosses);
    }

    [Fact]
    public void A_resumed_run_has_the_chat_template_and_the_date_of_the_one_that_was_started()
    {
        FineTuneOptions started = Options with { ChatTemplate = "own.jinja", Started = new DateTimeOffset(2024, 2, 29, 23, 59, 0, TimeSpan.FromHours(-3)) };
        RunState state = RunState.Of(started, "cpu", Measured);

        FineTuneOptions resumed = state.Complete(Options with { Resume = _folder }, new HashSet<string>());

        Assert.Equal((Path.GetFullPath("own.jinja"), started.Started), (resumed.ChatTemplate, resumed.Started));
        Assert.Contains("--chat-template",
            Assert.Throws<UserException>(() =>
                state.Complete(Options with { Resume = _folder, ChatTemplate = "other.jinja" }, new HashSet<string> { "--chat-template" })).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("steps", "-1")]
    [InlineData("steps", "2.5")]
    [InlineData("steps", "\"10\"")]
    [InlineData("steps", "99999999999")]
    [InlineData("batch", "0")]
    [InlineData("sequence", "1")]
    [InlineData("learningRate", "0")]
    [InlineData("learningRate", "-1")]
    [InlineData("learningRate", "1e99")]
    [InlineData("learningRate", "\"NaN\"")]
    [InlineData("optimizerBits", "16")]
    [InlineData("optimizerMinimumSize", "-1")]
    [InlineData("seed", "-1")]
    [InlineData("device", "\"\"")]
    [InlineData("device", "null")]
    [InlineData("threads", "-1")]
    [InlineData("evaluateEvery", "-1")]
    [InlineData("checkpointEvery", "-1")]
    [InlineData("dense", "1")]
    [InlineData("merge", "\"yes\"")]
    [InlineData("prompt", "7")]
    [InlineData("model", "\"relative\"")]
    [InlineData("data", "\"relative\"")]
    [InlineData("data", "[]")]
    [InlineData("mergeFullPrecision", "0")]
    [InlineData("chatTemplate", "\"relative\"")]
    [InlineData("started", "\"yesterday\"")]
    [InlineData("started", "null")]
    [InlineData("measurements", "null")]
    [InlineData("unknown", "1")]
    [InlineData("measurements.trainingLosses", "[3, -1]")]
    [InlineData("measurements.trainingLosses", "[3, 1e999]")]
    [InlineData("measurements.trainingLosses", "null")]
    [InlineData("measurements.heldOutLosses", "[null]")]
    [InlineData("measurements.heldOutLosses", "[{\"step\": 1, \"loss\": -1}]")]
    [InlineData("measurements.heldOutLosses", "[{\"step\": 2, \"loss\": 1}, {\"step\": 2, \"loss\": 1}]")]
    [InlineData("measurements.heldOutLosses", "[{\"step\": -1, \"loss\": 1}]")]
    [InlineData("measurements.heldOutLosses", "[{\"loss\": 1}]")]
    [InlineData("measurements.heldOutLossBefore", "1e999")]
    [InlineData("measurements.tokens", "-1")]
    [InlineData("measurements.seconds", "-0.5")]
    [InlineData("measurements.continuationBefore", "null")]
    public void A_value_that_no_run_writes_is_refused_in_one_line_with_file_and_key(string key, string value)
    {
        string folder = Write(json => Set(json, key, value));

        UserException error = Assert.Throws<UserException>(() => RunState.Read(folder));

        Assert.StartsWith(Path.Combine(folder, RunState.FileName), error.Message, StringComparison.Ordinal);
        Assert.Contains(value == "[{\"loss\": 1}]" ? "step" : key.Split('.')[^1], error.Message, StringComparison.Ordinal);
        AssertIsPlain(error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{\n  \"model\": nul")]
    [InlineData("<html></html>")]
    [InlineData("{\"model\": \"/\\ud83d\"}")]
    [InlineData("{\"\\ud83d\": 1}")]
    public void What_is_no_state_at_all_is_refused_in_plain_words(string text)
    {
        string folder = WriteText(text);

        UserException error = Assert.Throws<UserException>(() => RunState.Read(folder));

        Assert.StartsWith(Path.Combine(folder, RunState.FileName), error.Message, StringComparison.Ordinal);
        AssertIsPlain(error);
    }

    [Theory]
    [InlineData("steps", "\"10\"", "'steps' is \"10\"; a whole number from 0 to 2147483647 is needed")]
    [InlineData("optimizerBits", "16", "'optimizerBits' is 16; 8 or 32 is needed")]
    [InlineData("dense", "1", "'dense' is 1; true or false is needed")]
    [InlineData("model", "[\n]", "'model' is []; a full path or null is needed")]
    [InlineData("unknown", "1", "'unknown' is unknown")]
    [InlineData("measurements.tokens", "65", "'measurements.tokens' is 65, more than the 64 that so many steps can train on")]
    [InlineData("measurements.tokens", "9223372036854775807", "'measurements.tokens' is 9223372036854775807")]
    [InlineData("measurements.heldOutLosses", "[{\"step\": 0, \"loss\": \"low\"}]",
        "'measurements.heldOutLosses[0].loss' is \"low\"; a finite number that is not negative is needed")]
    [InlineData("measurements.heldOutLosses", "[{\"step\": 2, \"loss\": 1}, {\"step\": 1, \"loss\": 1}]",
        "'measurements.heldOutLosses[1].step' is 1, after 2; more is needed")]
    public void The_message_says_what_is_there_and_what_is_needed(string key, string value, string expected)
    {
        string folder = Write(json => Set(json, key, value));

        Assert.Contains($": {expected}", Assert.Throws<UserException>(() => RunState.Read(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_of_the_command_line_that_differs_is_shown_in_plain_words()
    {
        RunState state = RunState.Of(Options, "cpu", Measured);

        string dense =
            Assert.Throws<UserException>(() => state.Complete(Options with { Resume = _folder, Dense = true }, new HashSet<string> { "--dense" })).Message;
        string template = Assert.Throws<UserException>(() =>
            state.Complete(Options with { Resume = _folder, ChatTemplate = "/own.jinja" }, new HashSet<string> { "--chat-template" })).Message;

        Assert.StartsWith("--dense true differs from false, with which the training was started.", dense, StringComparison.Ordinal);
        Assert.StartsWith($"--chat-template {Path.GetFullPath("/own.jinja")} differs from none, with", template, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_repeated_key_is_refused()
    {
        string[] keys = [.. JsonNode.Parse(Text())!.AsObject().Select(property => property.Key)];
        foreach (string key in keys)
            Assert.Contains(key, Assert.Throws<UserException>(() => RunState.Read(Write(json => json.Remove(key)))).Message, StringComparison.Ordinal);
        foreach (string key in JsonNode.Parse(Text())!["measurements"]!.AsObject().Select(property => property.Key).ToArray())
            Assert.Contains(key, Assert.Throws<UserException>(() => RunState.Read(Write(json => json["measurements"]!.AsObject().Remove(key)))).Message,
                StringComparison.Ordinal);
        Assert.Contains("seed",
            Assert.Throws<UserException>(() =>
                RunState.Read(WriteText(Text().Replace("\"seed\": 0", "\"seed\": 0, \"seed\": 0", StringComparison.Ordinal)))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Measurements_of_another_step_are_refused()
    {
        RunState state = RunState.Read(Write(_ => { }));

        UserException losses = Assert.Throws<UserException>(() => state.MeasurementsAfter(3, _folder));
        Assert.Contains("trainingLosses", losses.Message, StringComparison.Ordinal);
        AssertIsPlain(losses);
        Assert.Contains("'steps'", Assert.Throws<UserException>(() => state.MeasurementsAfter(11, _folder)).Message, StringComparison.Ordinal);
        RunState late = RunState.Read(Write(json => json["measurements"]!["heldOutLosses"] = JsonNode.Parse("[{\"step\": 3, \"loss\": 1}]")));
        Assert.Contains("heldOutLosses", Assert.Throws<UserException>(() => late.MeasurementsAfter(2, _folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_not_written_with_the_checkpoint_is_refused()
    {
        string folder = Write(_ => { });
        File.AppendAllText(Path.Combine(folder, RunState.FileName), " ");

        Assert.EndsWith(RunState.FileName, Assert.Throws<CheckpointException>(() => RunState.Read(folder)).FilePath, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_checkpoint_is_called_that_and_what_to_name_instead()
    {
        string checkpoint = Path.Combine(_folder, "checkpoint");
        AtomicFolder.Write(checkpoint, folder => File.WriteAllText(Path.Combine(folder, RunState.FileName), Text()), TrainingCheckpoint.Part);
        string file = Path.Combine(_folder, "file"), empty = Path.Combine(_folder, "empty");
        File.WriteAllText(file, "");
        Directory.CreateDirectory(empty);

        foreach ((string named, string remedy) in (ReadOnlySpan<(string, string)>)[
            (_folder, $"--resume {checkpoint}"), (file, "It is a file"), (empty, "without --resume"), (Path.Combine(_folder, "missing"), "without --resume"),
        ])
        {
            UserException error = Assert.Throws<UserException>(() => RunState.Read(named));
            Assert.StartsWith($"--resume: there is no checkpoint in '{named}'", error.Message, StringComparison.Ordinal);
            Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>No name of the runtime's, nothing of how the file is read, and what to do.</summary>
    private static void AssertIsPlain(UserException error)
    {
        Assert.Single(error.Message.Split('\n'));
        foreach (string internals in (string[])["System.", "FineTune.", "Json", "BytePosition", "$."])
            Assert.DoesNotContain(internals, error.Message.Split(RunState.FileName)[^1], StringComparison.Ordinal);
        Assert.Contains("without --resume and with another --output", error.Message, StringComparison.Ordinal);
    }

    private static void Set(JsonObject json, string key, string value)
    {
        string[] parts = key.Split('.');
        (parts.Length == 2 ? json[parts[0]]!.AsObject() : json)[parts[^1]] = JsonNode.Parse(value);
    }

    private static string Text()
    {
        string folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;
        try
        {
            RunState.Of(Options, "cpu", Measured).Write(folder);
            return File.ReadAllText(Path.Combine(folder, RunState.FileName));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string Write(Action<JsonObject> change)
    {
        JsonObject json = JsonNode.Parse(Text())!.AsObject();
        change(json);
        return WriteText(json.ToJsonString());
    }

    private string WriteText(string text)
    {
        string folder = Path.Combine(_folder, $"{Guid.NewGuid():N}");
        AtomicFolder.Write(folder, temporary => File.WriteAllText(Path.Combine(temporary, RunState.FileName), text), TrainingCheckpoint.Part);
        return folder;
    }
}
