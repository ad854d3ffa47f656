namespace AdapterToolkit.Checkpoints;

/// <summary>Recognizes what is no checkpoint of the Hugging Face layout, to say what it is and what to do.</summary>
internal static class ForeignFormat
{
    /// <summary>How many entries of a folder are looked at.</summary>
    private const int MostEntries = 10_000;

    private const string Convert = "Convert it in Python with AutoModelForCausalLM.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER), which writes safetensors";

    /// <summary>What a file's name tells, the first that fits; a star stands for any text.</summary>
    private static readonly (string Pattern, string Meaning)[] s_files =
    [
        ("adapter_config.json", "It holds an adapter (PEFT), not a model: load its base model, and then this with model.Adapter.Load(FOLDER)."),
        ("adapter_model.*", "It holds an adapter (PEFT), not a model: load its base model, and then this with model.Adapter.Load(FOLDER)."),
        ("model_index.json", "It holds a pipeline of the diffusers library, not a language model."),
        ("diffusion_pytorch_model*", "It holds a model of the diffusers library, not a language model."),
        ("*.gguf", "It holds GGUF, llama.cpp's format, which is not read. Load the safetensors that it was made from; the toolkit quantizes while it loads."),
        ("ggml-model*", "It holds GGML, an old format of llama.cpp, which is not read. Load the safetensors that it was made from; the toolkit quantizes while it loads."),
        ("consolidated.*.pth", "It holds Meta's original release (consolidated.*.pth), whose tensors have other names and orders. Load the same model's '-hf' release, or convert it with transformers' convert_llama_weights_to_hf.py."),
        ("consolidated*.safetensors", "It holds a model in its maker's own layout (consolidated.safetensors), whose tensors have other names and orders. Load the same model's release for transformers (model.safetensors)."),
        ("pytorch_model*.bin*", $"It holds PyTorch's pickle files (pytorch_model.bin), which can run code when they are read, and are not read. {Convert}."),
        ("*.pth", $"It holds PyTorch's pickle files (.pth), which can run code when they are read, and are not read. {Convert}."),
        ("*.pt", $"It holds PyTorch's pickle files (.pt), which can run code when they are read, and are not read. {Convert}."),
        ("*.ckpt", $"It holds pickle files (.ckpt), which can run code when they are read, and are not read. {Convert}."),
        ("*.h5", $"It holds TensorFlow's weights (.h5), which are not read. {Convert} (with from_tf=True)."),
        ("*.msgpack", $"It holds Flax's weights (.msgpack), which are not read. {Convert} (with from_flax=True)."),
        ("*.onnx", "It holds ONNX, a graph for inference that is not read. Load the safetensors that it was made from."),
        ("*-of-*.safetensors", $"It holds parts of a divided checkpoint without their list. Get '{Checkpoint.IndexFileName}' from where the parts came from."),
        ("*.safetensors", $"It holds safetensors under another name. Rename the file to '{Checkpoint.SingleFileName}' where it is a language model's."),
        ("tokenizer.model", "It holds a tokenizer (SentencePiece) without a model. Get the weights, and 'tokenizer.json', from where it came from."),
        ("tokenizer.json", "It holds a tokenizer without a model. Get the weights from where it came from."),
        ("config.json", "It holds a configuration without weights. Get them from where it came from: a repository cloned without Git LFS lacks them ('git lfs pull')."),
    ];

    /// <summary>The error about a folder that holds no checkpoint that can be read.</summary>
    /// <param name="folder">The folder, or what was given as one.</param>
    internal static CheckpointException Explain(string folder)
    {
        if (File.Exists(folder))
            return new CheckpointException(folder, $"is a file, but a checkpoint is a folder with '{Checkpoint.SingleFileName}' (or its parts) and 'config.json'. {OfFile(folder)}".TrimEnd());
        if (!Directory.Exists(folder))
            return new CheckpointException(folder, "there is no such folder.");
        if (new FileInfo(Path.Combine(folder, Checkpoint.SingleFileName)) is { LinkTarget: { } target })
            return new CheckpointException(Path.Combine(folder, Checkpoint.SingleFileName), $"is a link to '{Excerpt.Of(target)}', which is not there. Restore it, or put the file itself in its place.");
        return new CheckpointException(folder, $"the folder has neither '{Checkpoint.SingleFileName}' nor '{Checkpoint.IndexFileName}'. {OfFolder(folder)}".TrimEnd());
    }

    /// <summary>Refuses a folder that holds no checkpoint that can be read.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="CheckpointException">It is none, does not exist, or holds something else.</exception>
    internal static void ThrowIfIn(string folder)
    {
        if (!File.Exists(Path.Combine(folder, Checkpoint.SingleFileName)) && !File.Exists(Path.Combine(folder, Checkpoint.IndexFileName)))
            throw Explain(folder);
    }

    private static string OfFile(string path) => Path.GetFileName(path) is Checkpoint.SingleFileName or Checkpoint.IndexFileName
        ? "Give the folder that it lies in."
        : Of([Path.GetFileName(path)]);

    private static string OfFolder(string folder) => Of([.. Directory.EnumerateFileSystemEntries(folder).Take(MostEntries).Select(path => Path.GetFileName(path))]);

    private static string Of(string[] names)
        => s_files.FirstOrDefault(file => names.Any(name => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(file.Pattern, name))).Meaning ?? "";
}
