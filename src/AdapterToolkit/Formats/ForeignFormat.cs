namespace AdapterToolkit.Formats;

/// <summary>Recognizes what is no checkpoint of the Hugging Face layout, to say what it is and what to do.</summary>
internal static class ForeignFormat
{
    /// <summary>What GGUF is and what to do.</summary>
    internal const string Gguf =
        "It holds GGUF, llama.cpp's format, which is not read. Load the safetensors that it was made from; the toolkit quantizes while it loads.";

    /// <summary>What GGML is and what to do.</summary>
    internal const string Ggml =
        "It holds GGML, an old format of llama.cpp, which is not read. Load the safetensors that it was made from; the toolkit quantizes while it loads.";

    private const string Convert =
        "Convert it in Python with AutoModelForCausalLM.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER), which writes safetensors";

    private const string Adapter = "It holds an adapter (PEFT), not a model: load its base model, and then this with model.Adapter.Load(FOLDER).";

    /// <summary>The name of an adapter's tensors in the format of before safetensors.</summary>
    private const string PickledAdapter = "adapter_model.bin";

    /// <summary>How many entries of a folder are looked at.</summary>
    private const int MostEntries = 10_000;

    /// <summary>Files of other formats: what a name tells, the first that fits; a star stands for any text.</summary>
    private static readonly (string Pattern, string Meaning)[] s_others =
    [
        ("adapter_config.json", Adapter),
        ("adapter_model.*", Adapter),
        ("model_index.json", "It holds a pipeline of the diffusers library, not a language model."),
        ("diffusion_pytorch_model*", "It holds a model of the diffusers library, not a language model."),
        ("*.gguf", Gguf),
        ("ggml-model*", Ggml),
        ("consolidated.*.pth",
            "It holds Meta's original release (consolidated.*.pth), whose tensors have other names and orders. "
                + "Load the same model's '-hf' release, or convert it with transformers' convert_llama_weights_to_hf.py."),
        ("consolidated*.safetensors",
            "It holds a model in its maker's own layout (consolidated.safetensors), whose tensors have other names and orders. "
                + "Load the same model's release for transformers (model.safetensors)."),
        ("pytorch_model*.bin*", $"It holds PyTorch's pickle files (pytorch_model.bin), which can run code when they are read, and are not read. {Convert}."),
        ("*.pth", $"It holds PyTorch's pickle files (.pth), which can run code when they are read, and are not read. {Convert}."),
        ("*.pt", $"It holds PyTorch's pickle files (.pt), which can run code when they are read, and are not read. {Convert}."),
        ("*.ckpt", $"It holds pickle files (.ckpt), which can run code when they are read, and are not read. {Convert}."),
        ("*.h5", $"It holds TensorFlow's weights (.h5), which are not read. {Convert} (with from_tf=True)."),
        ("*.msgpack", $"It holds Flax's weights (.msgpack), which are not read. {Convert} (with from_flax=True)."),
        ("*.onnx", "It holds ONNX, a graph for inference that is not read. Load the safetensors that it was made from."),
    ];

    /// <summary>Files of the layout, of which a folder has some and lacks others.</summary>
    private static readonly (string Pattern, string Meaning)[] s_parts =
    [
        ("*-of-*.safetensors", $"It holds parts of a divided checkpoint without their list. Get '{Checkpoint.IndexFileName}' from where the parts came from."),
        ("*.safetensors", $"It holds safetensors under another name. Rename the file to '{Checkpoint.SingleFileName}' where it is a language model's."),
        ("tokenizer.model", "It holds a tokenizer (SentencePiece) without a model. Get the weights, and 'tokenizer.json', from where it came from."),
        ("tokenizer.json", "It holds a tokenizer without a model. Get the weights from where it came from."),
        ("config.json",
            "It holds a configuration without weights. Get them from where it came from: a repository cloned without Git LFS lacks them ('git lfs pull')."),
    ];

    /// <summary>The error about a folder that holds no checkpoint that can be read.</summary>
    /// <param name="folder">The folder, or what was given as one.</param>
    internal static CheckpointException Explain(string folder)
    {
        string expected = $"but a checkpoint is a folder with '{Checkpoint.SingleFileName}' (or its parts) and '{FileNames.Configuration}'.";
        if (!Directory.Exists(folder))
        {
            return FileStatus.FinalTarget(folder) is not { } target ? new CheckpointException(folder, "is a link that leads nowhere. Restore what it leads to.")
                : FileStatus.Of(target).Kind switch
                {
                    FileKind.File => new CheckpointException(folder, $"is a file, {expected} {OfFile(folder)}".TrimEnd()),
                    FileKind.Missing when target == folder => new CheckpointException(folder, "there is no such folder."),
                    FileKind.Missing => new CheckpointException(folder, $"is a link to '{Excerpt.Of(target)}', which is not there. Restore what it leads to."),
                    _ => new CheckpointException(folder, $"is a device, a pipe or a socket, {expected}"),
                };
        }

        if (new FileInfo(Path.Combine(folder, Checkpoint.SingleFileName)) is { LinkTarget: { } missing })
            return new CheckpointException(
                Path.Combine(folder, Checkpoint.SingleFileName),
                $"is a link to '{Excerpt.Of(missing)}', which is not there. Restore it, or put the file itself in its place.");
        return new CheckpointException(
            folder, $"the folder has neither '{Checkpoint.SingleFileName}' nor '{Checkpoint.IndexFileName}'. {OfFolder(folder)}".TrimEnd());
    }

    /// <summary>Refuses a folder that holds no checkpoint that can be read.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="CheckpointException">It is none, does not exist, or holds something else.</exception>
    internal static void ThrowIfIn(string folder)
    {
        if (!HasWeights(folder))
            throw Explain(folder);
    }

    /// <summary>The error about an adapter's folder that lacks the tensors.</summary>
    /// <param name="folder">The folder.</param>
    internal static CheckpointException ExplainAdapter(string folder)
    {
        string remedy = File.Exists(Path.Combine(folder, PickledAdapter))
            ? $", but '{PickledAdapter}', PyTorch's pickle file, which can run code when it is read, and is not read. "
                + "Convert it in Python with PeftModel.from_pretrained(BASE, FOLDER).save_pretrained(NEW_FOLDER), which writes safetensors."
            : ". Get it from where the adapter came from.";
        return new CheckpointException(Path.Combine(folder, PeftAdapterFile.TensorsFileName), $"there is no such file{remedy}");
    }

    private static bool HasWeights(string folder) =>
        File.Exists(Path.Combine(folder, Checkpoint.SingleFileName)) || File.Exists(Path.Combine(folder, Checkpoint.IndexFileName));

    /// <summary>What a file is, where it belongs to another format, and its folder, where that is what was meant.</summary>
    private static string OfFile(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string foreign = Of(s_others, [Path.GetFileName(path)]) ?? ForeignContent.Of(path) ?? "";
        if (!File.Exists(Path.Combine(folder, FileNames.Configuration)))
            return foreign.Length > 0 ? foreign : $"Give the folder that it lies in, with the model's '{FileNames.Configuration}' in it.";
        string meant = $"Give the folder that it lies in: {folder}";
        return foreign.Length == 0 ? meant : HasWeights(folder) ? $"{foreign} {meant}" : foreign;
    }

    private static string OfFolder(string folder)
    {
        string[] names = [.. Directory.EnumerateFileSystemEntries(folder).Take(MostEntries).Select(path => Path.GetFileName(path))];
        return Of(s_others, names) ?? Of(s_parts, names) ?? "";
    }

    private static string? Of((string Pattern, string Meaning)[] files, string[] names) =>
        files.FirstOrDefault(file => names.Any(name => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(file.Pattern, name))).Meaning;
}
