using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>Finds the chat templates of a checkpoint, in the order in which transformers does.</summary>
internal static class ChatTemplateReader
{
    /// <summary>The name of the template for conversations, and of the one for conversations with tools.</summary>
    public const string Default = "default", ToolUse = "tool_use";

    /// <summary>What has a template in settings, and how the names of files that are one begin.</summary>
    public const string TemplateKey = "chat_template";

    /// <summary>The longest template that is read; the longest known have some 20 KB.</summary>
    public const long LongestTemplate = 1 << 20;

    private const string Extension = ".jinja";

    /// <summary>
    /// The templates of a folder, by name: those in files of their own or, where there is none, those in <c>tokenizer_config.json</c> or
    /// <c>chat_template.json</c>.
    /// </summary>
    /// <exception cref="CheckpointException">There is none, or a file cannot be read.</exception>
    public static IReadOnlyDictionary<string, NamedTemplate> Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Dictionary<string, NamedTemplate> templates = ReadFiles(folder);
        foreach (string name in (ReadOnlySpan<string>)[FileNames.TokenizerSettings, FileNames.ProcessorChatTemplate])
        {
            string path = Path.Combine(folder, name);
            if (templates.Count == 0 && File.Exists(path))
                templates = JsonFile.Read(path, json => ReadSettings(json, path));
        }

        if (templates.Count == 0)
        {
            string places = $"neither '{FileNames.ChatTemplate}' nor '{TemplateKey}' in '{FileNames.TokenizerSettings}'";
            throw new CheckpointException(folder, $"the checkpoint has no chat template, {places}. Supply one, as a file in Jinja's language.");
        }

        return templates;
    }

    /// <summary>The template in a file.</summary>
    /// <exception cref="CheckpointException">The file is missing, empty, no regular file, too long, or not UTF-8.</exception>
    public static NamedTemplate ReadFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new NamedTemplate(NotEmpty(RegularFile.ReadAllText(path, LongestTemplate), path), path);
    }

    private static Dictionary<string, NamedTemplate> ReadFiles(string folder)
    {
        var templates = new Dictionary<string, NamedTemplate>();
        string path = Path.Combine(folder, FileNames.ChatTemplate), further = Path.Combine(folder, FileNames.FurtherChatTemplates);
        if (File.Exists(path))
            templates[Default] = ReadFile(path);
        if (!Directory.Exists(further))
            return templates;
        foreach (string file in Directory.EnumerateFiles(further, "*" + Extension).Order(StringComparer.Ordinal))
            templates[Path.GetFileNameWithoutExtension(file)] = ReadFile(file);
        return templates;
    }

    /// <summary>One text, or a list of named ones.</summary>
    private static Dictionary<string, NamedTemplate> ReadSettings(JsonObject json, string path)
    {
        var templates = new Dictionary<string, NamedTemplate>();
        switch (json.Find(TemplateKey))
        {
            case null:
                break;
            case { ValueKind: JsonValueKind.Array } list:
                foreach (JsonElement element in list.EnumerateArray())
                    Add(json.AsObject(TemplateKey, element).GetText("name"), json.AsObject(TemplateKey, element).GetText("template"));
                break;
            case { ValueKind: JsonValueKind.Object } named:
                foreach (JsonProperty entry in named.EnumerateObject())
                    Add(entry.Name, json.AsText(TemplateKey, entry.Value));
                break;
            case { } text:
                Add(Default, json.AsText(TemplateKey, text));
                break;
        }

        return templates;

        void Add(string name, string template)
        {
            if (template.Length > LongestTemplate)
                throw json.Error(TemplateKey, $"has more than {LongestTemplate} characters, too many for a chat template.");
            templates[name] = new NamedTemplate(NotEmpty(template, path), path);
        }
    }

    private static string NotEmpty(string template, string path)
        => string.IsNullOrWhiteSpace(template) ? throw new CheckpointException(path, "the chat template is empty.") : template;
}

/// <summary>A template's text and where it comes from.</summary>
internal readonly record struct NamedTemplate(string Text, string Source);
