using System.Text.Json;

namespace AdapterToolkit.Checkpoints;

/// <summary>Finds the chat template in a checkpoint's folder.</summary>
internal static class ChatTemplateReader
{
    private const string TemplateFileName = "chat_template.jinja", SettingsFileName = "tokenizer_config.json", TemplateKey = "chat_template";

    /// <summary>The longest template that is read; the longest known have some 20 KB.</summary>
    private const long LongestTemplate = 1 << 20;

    public static ChatFormat Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string templatePath = Path.Combine(folder, TemplateFileName), settingsPath = Path.Combine(folder, SettingsFileName);
        (string? template, string? beginningOfText) = File.Exists(settingsPath) ? JsonFile.Read(settingsPath, ReadSettings) : default;
        if (File.Exists(templatePath))
        {
            if (new FileInfo(templatePath).Length > LongestTemplate)
                throw new CheckpointException(templatePath, $"the file has more than {LongestTemplate} bytes, too many for a chat template.");
            return ChatFormatRecognizer.Recognize(File.ReadAllText(templatePath), templatePath, beginningOfText);
        }

        return template is null
            ? throw new CheckpointException(folder, $"the checkpoint has no chat template, neither '{TemplateFileName}' nor '{TemplateKey}' in '{SettingsFileName}'.")
            : ChatFormatRecognizer.Recognize(template, settingsPath, beginningOfText);
    }

    private static (string? Template, string? BeginningOfText) ReadSettings(JsonObject json)
    {
        const string key = "bos_token";
        string? beginningOfText = json.Find(key) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Object } token => json.AsObject(key, token).GetText("content"),
            { } text => json.AsText(key, text),
        };
        return (ReadTemplate(json), beginningOfText);
    }

    /// <summary>One text, or a list of named ones, of which "default" is meant for conversations without tools.</summary>
    private static string? ReadTemplate(JsonObject json) => json.Find(TemplateKey) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray()
            .Select(element => json.AsObject(TemplateKey, element))
            .Where(entry => entry.GetText("name") == "default")
            .Select(entry => entry.GetText("template"))
            .FirstOrDefault(),
        { } text => json.AsText(TemplateKey, text),
    };
}
