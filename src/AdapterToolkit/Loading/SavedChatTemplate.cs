using AdapterToolkit.Formats;

namespace AdapterToolkit.Loading;

/// <summary>Puts a chat template into a copy of a checkpoint, in place of all that the copy has.</summary>
internal static class SavedChatTemplate
{
    /// <summary>Writes the template, and takes the others away.</summary>
    /// <param name="template">The template's file.</param>
    /// <param name="folder">The folder of the copy, which is still being written.</param>
    /// <exception cref="CheckpointException">The file can't be read.</exception>
    public static void Write(string template, string folder)
    {
        byte[] text = RegularFile.ReadAllBytes(template, ChatTemplateReader.LongestTemplate);
        foreach (string other in Directory.GetFiles(folder, ChatTemplateReader.TemplateKey + ".*"))
            File.Delete(other);
        string further = Path.Combine(folder, FileNames.FurtherChatTemplates), settings = Path.Combine(folder, FileNames.TokenizerSettings);
        if (Directory.Exists(further))
            Directory.Delete(further, recursive: true);
        if (File.Exists(settings))
        {
            byte[] changed = JsonText.With(JsonFile.ReadAllBytes(settings), new Dictionary<string, string?> { [ChatTemplateReader.TemplateKey] = null });
            AtomicFile.Write(settings, stream => stream.Write(changed));
        }

        AtomicFile.Write(Path.Combine(folder, FileNames.ChatTemplate), stream => stream.Write(text));
    }
}
