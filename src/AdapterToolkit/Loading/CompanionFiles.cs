using System.Text.RegularExpressions;
using AdapterToolkit.Formats;

namespace AdapterToolkit.Loading;

/// <summary>
/// The files of a checkpoint that belong to every copy of it whatever its weights are: those of the tokenizer, its templates and processors, and the
/// licence. A file counts by its name, in subfolders too; weights, lists of them and folders that are models or adapters themselves do not.
/// </summary>
internal static partial class CompanionFiles
{
    /// <summary>How deep folders are searched.</summary>
    private const int MostLevels = 4;

    /// <summary>Copies the files to the same places of another folder. Links are followed, and become files.</summary>
    /// <param name="source">The checkpoint's folder.</param>
    /// <param name="destination">The folder to copy to.</param>
    /// <exception cref="CheckpointException">One of the files is a link that leads nowhere, or no regular file.</exception>
    public static void Copy(string source, string destination) => Copy(new DirectoryInfo(source), destination, MostLevels);

    /// <summary>Copies a file; one that is too long for what it is called is none of ours.</summary>
    /// <param name="file">The file, or a link to it.</param>
    /// <param name="destination">The folder to copy to.</param>
    /// <exception cref="CheckpointException">The file is a link that leads nowhere, or no regular file.</exception>
    internal static void Copy(FileInfo file, string destination)
    {
        FileSystemInfo target = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        long length = target is FileInfo { Exists: true } found ? found.Length : -1;
        if (length > JsonFile.LongestFile)
            return;
        bool isEmpty = length == 0 && FileStatus.Of(target.FullName).Kind == FileKind.File;
        byte[] contents = isEmpty ? [] : RegularFile.ReadAllBytes(file.FullName, JsonFile.LongestFile);
        Directory.CreateDirectory(destination);
        AtomicFile.Write(Path.Combine(destination, file.Name), stream => stream.Write(contents));
    }

    private static void Copy(DirectoryInfo source, string destination, int levels)
    {
        foreach (FileInfo file in source.EnumerateFiles().Where(file => IsCompanion(file.Name)).OrderBy(file => file.Name, StringComparer.Ordinal))
            Copy(file, destination);
        if (levels == 0)
            return;
        foreach (DirectoryInfo folder in source.EnumerateDirectories().Where(folder => folder.Exists && folder.Name[0] != '.' && !IsModel(folder)))
            Copy(folder, Path.Combine(destination, folder.Name), levels - 1);
    }

    private static bool IsCompanion(string name) =>
        !Weights().IsMatch(name)
        && name is not (FileNames.Configuration or FileNames.GenerationSettings)
        && (ByName().IsMatch(name) || ByEnding().IsMatch(name) || Licence().IsMatch(name));

    private static bool IsModel(DirectoryInfo folder) =>
        folder.EnumerateFiles().Any(file => file.Name is FileNames.Configuration or PeftAdapterConfig.FileName
            || file.Name.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// What tokenizers, templates and processors are called: <c>tokenizer_config.json</c>, <c>added_tokens.json</c>, <c>vocab.txt</c>,
    /// <c>chat_template.json</c>, <c>preprocessor_config.json</c>.
    /// </summary>
    [GeneratedRegex(@"token|vocab|merges|template|processor|feature_extractor|normalizer|tekken|sentencepiece|spiece|bpe",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ByName();

    /// <summary>What nothing else ends with: SentencePiece's models, tiktoken's ranks, Jinja's templates.</summary>
    [GeneratedRegex(@"\.(model|spm|tiktoken|jinja|jinja2)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ByEnding();

    /// <summary>What a copy must carry along.</summary>
    [GeneratedRegex(@"^(licen[cs]e|notice|copying|copyright|use[_-]policy)([._-].*)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Licence();

    /// <summary>Weights in any format, lists of their parts, archives and data.</summary>
    [GeneratedRegex(@"\.(safetensors|bin|pt|pth|ckpt|gguf|ggml|h5|msgpack|onnx|ot|npz|npy|pkl|parquet|arrow|jsonl|csv|zip|gz|tar|tmp)$|\.index\.json$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Weights();
}
