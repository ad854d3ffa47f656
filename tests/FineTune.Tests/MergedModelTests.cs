using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using Xunit;

namespace FineTune.Tests;

/// <summary>The merged model that a run leaves: its element type, what ends its answers, and the base's files beside its weights.</summary>
public sealed class MergedModelTests : IDisposable
{
    private const int EndOfMessage = 0;
    private const string Template = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
        + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_run_on_conversations_names_the_template_s_end_and_keeps_the_base_s_type_and_files()
    {
        string model = MakeBase(), data = Path.Combine(_folder, "chats.jsonl");
        File.WriteAllLines(data, Enumerable.Range(0, 12)
            .Select(i => $$"""{"messages": [{"role": "user", "content": "What is {{i}}?"}, {"role": "assistant", "content": "A number, {{i}}."}]}"""));

        RunResult result = Run("out", "--model", model, "--data", data, "--merge");

        Assert.True(result.ExitCode == 0, result.ToString());
        string merged = Path.Combine(_folder, "out", "merged");
        foreach (string name in (string[])["config.json", "generation_config.json"])
            Assert.Equal($"[{EndOfMessage},7]", Json(merged, name)["eos_token_id"]!.ToJsonString());
        Assert.Equal("bfloat16", (string?)Json(merged, "config.json")["dtype"]);
        Assert.Equal([SafetensorsType.BF16], Types(merged));
        foreach (string name in (string[])["tokenizer.json", "chat_template.jinja", "LICENSE", "added_tokens.json", "additional_chat_templates/tool_use.jinja"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(model, name)), File.ReadAllBytes(Path.Combine(merged, name)));

        Assert.Contains("rounding to it changed a weight by", result.Errors, StringComparison.Ordinal);
        Assert.InRange(result.Report.GetProperty("mergeMaxError").GetDouble(), 0, 1e-2);
        Assert.Equal(Path.GetFullPath(model), (string?)Json(Path.Combine(_folder, "out", "adapter"), "adapter_config.json")["base_model_name_or_path"]);
    }

    [Fact]
    public void Float32_is_an_option_and_text_leaves_the_end_of_the_base()
    {
        string data = Path.Combine(_folder, "notes.md");
        File.WriteAllText(data, string.Concat(Enumerable.Repeat("The reader reads the next node of the document. ", 20)));

        RunResult result = Run("out", "--data", data, "--merge", "--merge-type", "float32");

        Assert.True(result.ExitCode == 0, result.ToString());
        string merged = Path.Combine(_folder, "out", "merged");
        Assert.Equal([SafetensorsType.F32], Types(merged));
        Assert.Equal(("float32", 0), ((string?)Json(merged, "config.json")["dtype"], (int)Json(merged, "config.json")["eos_token_id"]!));
        Assert.False(File.Exists(Path.Combine(merged, "generation_config.json")));
        Assert.DoesNotContain("rounding", result.Errors, StringComparison.Ordinal);
        Assert.InRange(result.Report.GetProperty("mergeMaxError").GetDouble(), 0, 1e-2);
    }

    [Fact]
    public void Another_type_is_refused()
    {
        RunResult result = Run("out", "--merge-type", "float64");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--merge-type must be base or float32", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_occurs_twice_is_refused_before_any_work()
    {
        string model = MakeBase();
        string path = Path.Combine(model, "config.json");
        File.WriteAllText(path, File.ReadAllText(path).TrimEnd()[..^1].TrimEnd() + ",\n  \"use_cache\": false\n}");

        RunResult result = Run("out", "--model", model, "--merge");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("use_cache", result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "out", "merged")));
    }

    /// <summary>
    /// The base of the sample with a chat template, whose end of message is a token that its configuration does not name, and with files beside.
    /// </summary>
    private string MakeBase()
    {
        string source = Path.Combine(AppContext.BaseDirectory, "base-model"), folder = Path.Combine(_folder, "base");
        Directory.CreateDirectory(Path.Combine(folder, "additional_chat_templates"));
        File.Copy(Path.Combine(source, "model.safetensors"), Path.Combine(folder, "model.safetensors"));
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"),
            File.ReadAllText(Path.Combine(source, "tokenizer.json")).Replace("<|endoftext|>", "<|im_end|>", StringComparison.Ordinal));
        JsonNode config = Json(source, "config.json");
        config["eos_token_id"] = 7;
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), Template);
        File.WriteAllText(Path.Combine(folder, "LICENSE"), "Do as you like.");
        File.WriteAllText(Path.Combine(folder, "added_tokens.json"), "{}");
        File.WriteAllText(Path.Combine(folder, "additional_chat_templates", "tool_use.jinja"), Template);
        return folder;
    }

    private RunResult Run(string output, params string[] arguments) => FineTuneProgram.Run(
        [
            "--device", "cpu", "--threads", "2", "--json", "--batch", "4", "--sequence", "128", "--steps", "2",
            "--checkpoint-every", "0", .. arguments, "--output", Path.Combine(_folder, output),
        ]);

    private static JsonNode Json(string folder, string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, name)))!;

    private static SafetensorsType[] Types(string folder)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        return [.. file.Entries.Select(entry => entry.Type).Distinct()];
    }
}
