using System.Text.Encodings.Web;
using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>Reads and writes the JSON files beside the tensors (configurations, indices, tokenizers), with errors that name the file.</summary>
internal static class JsonFile
{
    /// <summary>The largest file that is read. The largest tokenizer files known have some 35 MB.</summary>
    public const long LongestFile = 256 << 20;

    /// <summary>Written files keep texts such as <c>&lt;|im_end|&gt;</c> readable, as Hugging Face's do; they are no part of a web page.</summary>
    public static JsonWriterOptions WriterOptions =>
        new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Parses a file and converts its root object.</summary>
    /// <exception cref="CheckpointException">
    /// The file is missing, no regular file or too long, not JSON, has a key twice in one object, or <paramref name="convert"/> meets text that is not valid
    /// Unicode.
    /// </exception>
    public static T Read<T>(string path, Func<JsonObject, T> convert) => Parse(path, ReadAllBytes(path), convert);

    /// <summary>Reads a file's text, for <see cref="Parse"/>.</summary>
    /// <exception cref="CheckpointException">The file is missing, no regular file or too long.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            AtomicFolder.Recover(folder);
        return RegularFile.ReadAllBytes(path, LongestFile);
    }

    /// <summary>Parses JSON text and converts its root object.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="bytes">The text.</param>
    /// <param name="convert">Converts the root object, which lives only so long.</param>
    /// <param name="tensorName">The tensor that holds the text; null where it is a file of its own.</param>
    /// <exception cref="CheckpointException">
    /// The text is not JSON, has a key twice in one object, or <paramref name="convert"/> meets text that is not valid Unicode.
    /// </exception>
    public static T Parse<T>(string path, ReadOnlyMemory<byte> bytes, Func<JsonObject, T> convert, string? tensorName = null)
    {
        if (tensorName is null && ForeignContent.Of(bytes.Span) is { } meaning)
            throw new CheckpointException(path, $"is no JSON file, though it is named so. {meaning}");
        Utf8Text.Check(path, bytes.Span, tensorName);
        ReadOnlyMemory<byte> text = bytes[Utf8Text.ByteOrderMarkLength(bytes.Span)..];
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? convert(new JsonObject(path, "", document.RootElement, tensorName))
                : throw new CheckpointException(path, "the file does not hold a JSON object.", tensorName);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Half of a surrogate pair is found when the text is read, as an InvalidOperationException.
            if (JsonFault.Find(text.Span) is not { } fault)
                throw;
            throw new CheckpointException(path, $"{(tensorName is null ? "the file" : "its text")} {fault.MessageWithLine(text.Span)}", tensorName, exception);
        }
    }

    /// <summary>Writes an object's properties to a file, atomically.</summary>
    public static void Write(string path, Action<Utf8JsonWriter> writeProperties) => AtomicFile.Write(path, stream => Write(stream, writeProperties));

    /// <summary>Writes an object's properties, and a line break behind it.</summary>
    public static void Write(Stream stream, Action<Utf8JsonWriter> writeProperties)
    {
        using (var json = new Utf8JsonWriter(stream, WriterOptions))
        {
            json.WriteStartObject();
            writeProperties(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }
}
