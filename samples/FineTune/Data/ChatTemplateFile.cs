using AdapterToolkit.Formats;

namespace FineTune.Data;

/// <summary>Reads the file of <c>--chat-template</c>: a template itself, not the folder or the JSON file in which a model has it.</summary>
internal static class ChatTemplateFile
{
    private const string NameInModel = "chat_template.jinja";

    /// <summary>Reads a template.</summary>
    /// <param name="path">The file.</param>
    /// <param name="modelFolder">The folder of the base model, for the special tokens that the template may name.</param>
    /// <exception cref="UserException">A folder is named, or a JSON file.</exception>
    /// <exception cref="CheckpointException">The file can't be read, or the template is malformed.</exception>
    public static ChatTemplate Read(string path, string modelFolder)
    {
        if (Directory.Exists(path))
        {
            string inside = Path.Combine(path, NameInModel);
            throw new UserException($"--chat-template {path}: is a folder, but a template is a file. "
                + $"{(File.Exists(inside) ? $"Name {inside}." : "Name a file in Jinja's language.")}");
        }

        // The text of a JSON file would be taken for a template with much around it.
        return Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase)
            ? throw new UserException($"--chat-template {path}: is JSON by its name, but a template is a text in Jinja's language. "
                + "Copy the text of its 'chat_template' into a file of its own.")
            : ChatTemplate.FromFile(path, modelFolder);
    }
}
