using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace AdapterToolkit.Formats;

/// <summary>Reads <c>.jsonl</c> files: each line is an object with <c>text</c> or with <c>messages</c>. Blank lines are skipped.</summary>
internal static class JsonLines
{
    private const string Text = "text", Messages = "messages", Tools = "tools", Variables = "chat_template_kwargs", Assistant = "assistant";

    /// <summary>How often the logger is told how far the reading is.</summary>
    private const long ReportedBytes = 256 << 20;

    /// <summary>Adds what a file holds.</summary>
    /// <param name="path">The file.</param>
    /// <param name="texts">Receives the texts.</param>
    /// <param name="conversations">Receives the conversations.</param>
    /// <param name="logger">Is told how far the reading is, where it takes long.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="DataFileException">The file can not be read, or a line is malformed; the message names it.</exception>
    public static void Read(string path, List<DataText> texts, List<Conversation> conversations, ILogger logger, CancellationToken cancellationToken)
    {
        using FileStream stream = DataFileStream.Open(path);
        Utf8LineReader lines = new(stream, path);
        long reported = 0;
        while (lines.Read(out ReadOnlyMemory<byte> line))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (lines.Offset - reported >= ReportedBytes)
            {
                reported = lines.Offset;
                DataFilesLog.FileIsBeingRead(logger, path, reported >> 20, stream.Length >> 20);
            }

            if (Utf8Text.FirstInvalid(line.Span) is { } position)
                throw DataFileException.NotUtf8(path, line.Span[position], lines.Offset + position, lines.Number);
            if (IsBlank(line.Span))
                continue;
            JsonLine json = JsonLine.Parse(line, path, lines.Number);
            if (json.Find(Messages) is { } messages)
                conversations.Add(ReadConversation(json, messages));
            else
                texts.Add(ReadText(json));
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t"u8) < 0;

    private static DataText ReadText(JsonLine json)
    {
        if (json.Find(Text) is not { } text)
            throw json.Error($"has neither '{Text}' nor '{Messages}'.");
        return text.ValueKind == JsonValueKind.String
            ? new DataText(text.GetString()!, json.Place, IsWholeFile: false)
            : throw json.Error($"'{Text}' is no string.");
    }

    private static Conversation ReadConversation(JsonLine json, JsonElement messages)
    {
        if (json.Find(Text) is not null)
            throw json.Error($"has both '{Text}' and '{Messages}'. Leave one of them out: a line is a text or a conversation.");
        if (messages.ValueKind != JsonValueKind.Array)
            throw json.Error($"'{Messages}' is no list.");
        ChatTurn[] read = [.. messages.EnumerateArray().Select((message, index) => DataMessage.Read(json, message, index + 1))];
        int answer = Array.FindIndex(read, message => message.Role == Assistant);
        if (answer < 0)
            throw json.Error("no message is the assistant's, so there is nothing to learn.");
        if (!read.Any(DataMessage.IsLearned))
            throw json.Error("all messages of the assistant's have the weight 0, so there is nothing to learn.");
        if (answer == 0)
            throw json.Error("the first message is the assistant's; a user's must come before it.");
        return new Conversation(read) { Tools = ReadTools(json), Variables = ReadVariables(json), Source = json.Place };
    }

    private static IReadOnlyList<JsonNode>? ReadTools(JsonLine json) => json.Find(Tools) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } tools when tools.EnumerateArray().All(tool => tool.ValueKind == JsonValueKind.Object) =>
            [.. tools.EnumerateArray().Select(tool => JsonNode.Parse(tool.GetRawText())!)],
        _ => throw json.Error($"'{Tools}' is no list of objects."),
    };

    private static Dictionary<string, JsonNode?>? ReadVariables(JsonLine json) => json.Find(Variables) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } variables =>
            variables.EnumerateObject().ToDictionary(variable => variable.Name, variable => JsonNode.Parse(variable.Value.GetRawText())),
        _ => throw json.Error($"'{Variables}' is no object."),
    };
}
