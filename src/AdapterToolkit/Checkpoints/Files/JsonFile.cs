using System.Text.Encodings.Web;
using System.Text.Json;

namespace AdapterToolkit.Checkpoints;

/// <summary>Reads and writes the JSON files beside the tensors (configurations, indices, tokenizers), with errors that name the file.</summary>
internal static class JsonFile
{
    /// <summary>The largest file that is read. The largest tokenizer files known have some 35 MB.</summary>
    private const long LongestFile = 256 << 20;

    /// <summary>Written files keep texts such as <c>&lt;|im_end|&gt;</c> readable, as Hugging Face's do; they are no part of a web page.</summary>
    public static JsonWriterOptions WriterOptions => new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Parses a file and converts its root object.</summary>
    /// <exception cref="CheckpointException">The file is missing, too long, not JSON, or <paramref name="convert"/> meets text that is not valid Unicode.</exception>
    public static T Read<T>(string path, Func<JsonObject, T> convert)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            AtomicFolder.Recover(folder);
        if (!File.Exists(path))
            throw new CheckpointException(path, "there is no such file.");
        long length = new FileInfo(path).Length;
        if (length > LongestFile)
            throw new CheckpointException(path, $"the file has {length} bytes; more than {LongestFile} are not accepted.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(WithoutByteOrderMark(File.ReadAllBytes(path)));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? convert(new JsonObject(path, "", document.RootElement))
                : throw new CheckpointException(path, "the file does not hold a JSON object.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Text that is no valid UTF-8 or UTF-16 is found when it is read, as an InvalidOperationException.
            throw new CheckpointException(path, $"the file is not valid JSON: {exception.Message}", innerException: exception);
        }
    }

    /// <summary>Writes an object's properties, atomically.</summary>
    public static void Write(string path, Action<Utf8JsonWriter> writeProperties) => AtomicFile.Write(path, stream =>
    {
        using (var json = new Utf8JsonWriter(stream, WriterOptions))
        {
            json.WriteStartObject();
            writeProperties(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    });

    private static ReadOnlyMemory<byte> WithoutByteOrderMark(byte[] bytes)
        => bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory("\uFEFF"u8.Length) : bytes;
}
