using AdapterToolkit.Tests.Shared.Mutations;
using Xunit;

namespace FineTune.Tests;

/// <summary>What an option names and is none of what it takes is called what it is, with the option and the remedy, before anything is written.</summary>
public sealed class GivenPathTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;

    private string Output => Path.Combine(_folder, "deep", "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_prompt_that_leaves_no_room_is_refused()
    {
        Assert.Matches("^--prompt: it has [0-9]+ tokens; 472 are the most, so that 40 more fit the model's 512. Shorten it.$",
            Refused("--prompt", string.Concat(Enumerable.Repeat("long ", 3000))));
    }

    [Fact]
    public void A_template_that_renders_no_prompt_is_refused()
    {
        string template = Path.Combine(_folder, "silent.jinja"), data = Path.Combine(_folder, "chats.jsonl");
        File.WriteAllText(template, "{% for m in messages if m.role == 'assistant' %}{{ m.content }}<|im_end|>{% endfor %}");
        File.WriteAllText(data,
            string.Concat(Enumerable.Repeat("""{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b c d"}]}""" + "\n", 12)));

        Assert.StartsWith("--chat-template: the prompt has no tokens", Refused("--chat-template", template, "--data", data), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.safetensors", "Give the folder that it lies in: ")]
    [InlineData("config.json", "Give the folder that it lies in: ")]
    [InlineData("model.Q4_K_M.gguf", "It holds GGUF")]
    [InlineData("pytorch_model.bin", "It holds PyTorch's pickle files")]
    [InlineData("weights.bin", "Give the folder that it lies in: ")]
    public void A_model_that_is_a_file(string name, string remedy)
    {
        string model = Path.Combine(_folder, "model"), file = Path.Combine(model, name);
        CopyBase(model);
        if (!File.Exists(file))
            File.WriteAllText(file, "...");

        string message = Refused("--model", file);

        Assert.StartsWith($"--model {file}: is a file, but a checkpoint is a folder", message, StringComparison.Ordinal);
        Assert.Contains(remedy, message, StringComparison.Ordinal);
        Assert.EndsWith(model, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_a_file_of_another_format_by_its_content()
    {
        string file = Path.Combine(_folder, "weights.bin");
        File.WriteAllBytes(file, [.. "GGUF"u8, 3, 0, 0, 0]);

        Assert.Contains($"--model {file}: is a file, but a checkpoint is a folder with 'model.safetensors' (or its parts) and 'config.json'. It holds GGUF",
            Refused("--model", file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_a_device_a_folder_without_checkpoint_or_not_there()
    {
        Assert.Contains($"--model {_folder}: the folder has neither 'model.safetensors' nor", Refused("--model", _folder), StringComparison.Ordinal);
        Assert.StartsWith("--model /nowhere: there is no such folder. Name the folder of a checkpoint",
            Refused("--model", "/nowhere"), StringComparison.Ordinal);
        string pipe = MakePipe();
        Assert.Contains($"--model {pipe}: is a device, a pipe or a socket", Refused("--model", pipe), StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_are_a_device_not_there_or_of_another_kind()
    {
        string pipe = MakePipe(), table = Path.Combine(_folder, "table.csv");
        File.WriteAllText(table, "a,b");
        Assert.Contains($"--data {pipe}: is a device, a pipe or a socket, not a file", Refused("--data", pipe), StringComparison.Ordinal);
        Assert.Contains("--data /nowhere: there is no such file or folder", Refused("--data", "/nowhere"), StringComparison.Ordinal);
        Assert.Contains($"--data {table}: the file's name must end in .txt, .md or .jsonl", Refused("--data", table), StringComparison.Ordinal);
        Assert.Contains($"--data {_folder}: the folder holds no .txt, .md or .jsonl file", Refused("--data", _folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_chat_template_that_is_a_folder_a_device_JSON_or_not_there()
    {
        string pipe = MakePipe(), json = Path.Combine(_folder, "tokenizer_config.json"), template = Path.Combine(_folder, "chat_template.jinja");
        File.WriteAllText(json, """{"chat_template": "{{ messages }}"}""");
        Assert.Contains($"--chat-template {_folder}: is a folder, but a template is a file. Name a file",
            Refused("--chat-template", _folder), StringComparison.Ordinal);
        File.WriteAllText(template, "{{ messages }}");
        Assert.Contains($"--chat-template {_folder}: is a folder, but a template is a file. Name {template}.",
            Refused("--chat-template", _folder), StringComparison.Ordinal);
        Assert.Contains($"--chat-template {json}: is JSON by its name", Refused("--chat-template", json), StringComparison.Ordinal);
        foreach ((string path, string problem) in (ReadOnlySpan<(string, string)>)[
            (pipe, "is a device, a pipe or a socket"), ("/nowhere", "there is no such file"),
        ])
        {
            string message = Refused("--chat-template", path);
            Assert.StartsWith($"{path}: {problem}", message, StringComparison.Ordinal);
            Assert.Contains("--chat-template FILE", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_output_that_is_a_file_or_a_device()
    {
        string pipe = MakePipe(), file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "mine");
        Assert.Equal($"--output {file}: cannot write a folder here, a file of this name exists. Choose another name.", ProgramInProcess.Fail("--output", file));
        Assert.Equal($"--output {pipe}: cannot write a folder here, a device, a pipe or a socket has this name. Choose another name.",
            ProgramInProcess.Fail("--output", pipe));
        string inFile = Path.Combine(file, "out");
        Assert.StartsWith($"--output {inFile}: the folder can't be written: ", ProgramInProcess.Fail("--output", inFile), StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("--model")]
    [InlineData("--data")]
    [InlineData("--chat-template")]
    [InlineData("--device")]
    [InlineData("--output")]
    [InlineData("--resume")]
    public void An_empty_value(string option) =>
        Assert.Equal($"{option} is empty. Give it a value, or leave it out.", Assert.Single(new CommandLine().Root.Parse([option, ""]).Errors).Message);

    private string Refused(params string[] arguments)
    {
        string message = ProgramInProcess.Fail([.. arguments, "--output", Output]);
        Assert.False(Directory.Exists(Path.GetDirectoryName(Output)));
        return message;
    }

    private string MakePipe()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes among its files.");
        string path = Path.Combine(_folder, "pipe");
        Obstacles.MakePipe(path);
        return path;
    }

    private static void CopyBase(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "base-model")))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }
}
