namespace AdapterToolkit.Formats;

/// <summary>Recognizes tokenizers in other formats, where a folder has no <c>tokenizer.json</c>.</summary>
internal static class ForeignTokenizer
{
    private static readonly (string File, string Meaning)[] s_files =
    [
        ("tokenizer.model", "a SentencePiece model or a list of tiktoken"),
        ("tekken.json", "Mistral's format"),
        ("vocab.json", "the format of old releases, with merges.txt"),
    ];

    /// <summary>Refuses a file that is not there where a tokenizer in another format is.</summary>
    /// <param name="path">The path of the missing <c>tokenizer.json</c>.</param>
    /// <exception cref="CheckpointException">There is one in another format.</exception>
    internal static void ThrowIfBeside(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Path.Exists(path) || Path.GetDirectoryName(Path.GetFullPath(path)) is not { } folder)
            return;
        foreach ((string file, string meaning) in s_files)
        {
            if (File.Exists(Path.Combine(folder, file)))
                throw new CheckpointException(
                    path,
                    $"there is no such file, but '{file}' ({meaning}), which is not read. "
                        + "Convert it in Python with AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER), "
                + $"which writes '{ModelTokenizer.FileName}'.");
        }
    }
}
