namespace AdapterToolkit.Checkpoints;

/// <summary>Puts a chat template into a copy of a checkpoint, in place of all that the copy has.</summary>
internal static class SavedChatTemplate
{
    private const string FileName = "chat_template.jinja", FurtherFolderName = "additional_chat_templates", SettingsFileName = "tokenizer_config.json", Key = "chat_template";

    private const long LongestTemplate = 1 << 20;

    /// <summary>Writes the template, and takes the others away.</summary>
    /// <param name="template">The template's file.</param>
    /// <param name="folder">The folder of the copy, which is still being written.</param>
    /// <exception cref="CheckpointException">The file can't be read.</exception>
    public static void Write(string template, string folder)
    {
        byte[] text = RegularFile.ReadAllBytes(template, LongestTemplate);
        foreach (string other in Directory.GetFiles(folder, Key + ".*"))
            File.Delete(other);
        string further = Path.Combine(folder, FurtherFolderName), settings = Path.Combine(folder, SettingsFileName);
        if (Directory.Exists(further))
            Directory.Delete(further, recursive: true);
        if (File.Exists(settings))
        {
            byte[] changed = JsonText.With(JsonFile.ReadAllBytes(settings), new Dictionary<string, string?> { [Key] = null });
            AtomicFile.Write(settings, stream => stream.Write(changed));
        }

        AtomicFile.Write(Path.Combine(folder, FileName), stream => stream.Write(text));
    }
}
