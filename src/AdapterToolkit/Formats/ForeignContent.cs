using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AdapterToolkit.Formats;

/// <summary>Recognizes by its first bytes a file that is something else than its name says, to say what it is and what to do.</summary>
internal static class ForeignContent
{
    /// <summary>How many bytes of a file are looked at.</summary>
    private const int Looked = 512;

    private const string Convert =
        "Convert it in Python with from_pretrained(FOLDER) and save_pretrained(NEW_FOLDER) of its class in transformers or PEFT, which write safetensors";
    private const string Pickle = "which can run code when it is read, and is not read. " + Convert + ".";
    private const string Download = "That is what servers send where a login is needed, or the address is that of a page. Download the file itself.";

    /// <summary>How files of other formats begin, in Latin-1.</summary>
    private static readonly (string Start, string Meaning)[] s_starts =
    [
        ("GGUF", ForeignFormat.Gguf),
        ("lmgg", ForeignFormat.Ggml), ("fmgg", ForeignFormat.Ggml), ("tjgg", ForeignFormat.Ggml), ("algg", ForeignFormat.Ggml),
        ("PK\u0003\u0004", $"It is a zip archive, as PyTorch's pickle file is (pytorch_model.bin), {Pickle} Unpack an archive of another kind."),
        ("\u0080\u0002", $"It is Python's pickle file, as old releases of PyTorch wrote (pytorch_model.bin), {Pickle}"),
        ("\u0080\u0003", $"It is Python's pickle file, {Pickle}"),
        ("\u0080\u0004", $"It is Python's pickle file, {Pickle}"),
        ("\u0080\u0005", $"It is Python's pickle file, {Pickle}"),
        ("\u0089HDF", $"It holds HDF5, as TensorFlow's weights do (.h5), which is not read. {Convert} (with from_tf=True)."),
        ("\u0093NUMPY", $"It holds an array of NumPy, which is not read. {Convert}."),
        ("\u001f\u008b", "It is compressed (gzip). Unpack it."),
        ("BZh", "It is compressed (bzip2). Unpack it."),
        ("\u00fd7zXZ", "It is compressed (xz). Unpack it."),
        ("\u0028\u00b5\u002f\u00fd", "It is compressed (zstd). Unpack it."),
        ("7z\u00bc\u00af", "It is compressed (7z). Unpack it."),
    ];

    /// <summary>Says what bytes are that neither a JSON nor a safetensors file begins with; null where they are not known.</summary>
    /// <param name="start">The first bytes.</param>
    internal static string? Of(ReadOnlySpan<byte> start)
    {
        start = start[..Math.Min(start.Length, Looked)];
        string text = Encoding.Latin1.GetString(start);
        foreach ((string known, string meaning) in s_starts)
        {
            if (text.StartsWith(known, StringComparison.Ordinal))
                return meaning;
        }

        string shown = Encoding.Latin1.GetString(start[Utf8Text.ByteOrderMarkLength(start)..]).TrimStart();
        if (shown is not ['<', '!' or '?' or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z'), ..])
            return null;
        return shown.Contains("<html", StringComparison.OrdinalIgnoreCase) || shown.Contains("<!doctype html", StringComparison.OrdinalIgnoreCase)
            ? $"It is a web page (HTML). {Download}"
            : $"It is an XML document. {Download}";
    }

    /// <summary>Says what a regular file is; null where that is not known, or the file can't be read.</summary>
    /// <param name="path">The file.</param>
    internal static string? Of(string path)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path);
            return Of(StartOf(path, handle));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Refuses a file that is of another format, or text, under the name of a safetensors file.</summary>
    /// <param name="path">The file's path, for the message.</param>
    /// <param name="handle">The file.</param>
    /// <exception cref="CheckpointException">The file is something else; the message says what.</exception>
    internal static void ThrowIfNoSafetensors(string path, SafeFileHandle handle)
    {
        byte[] start = StartOf(path, handle);
        bool begins = start.Length > SafetensorsHeader.LengthSize && start[SafetensorsHeader.LengthSize] == (byte)'{';
        if (!begins && (Of(start) ?? OfText(start)) is { } meaning)
            throw new CheckpointException(path, $"is no safetensors file, though it is named so. {meaning}");
    }

    /// <summary>A message of a server in the file's place, or JSON. A safetensors file begins with a small number in eight bytes, which is no text.</summary>
    private static string? OfText(byte[] start)
    {
        const int first = SafetensorsHeader.LengthSize;
        return start.Length >= first && Ascii.IsValid(start.AsSpan(0, first)) && !start.Any(IsControl)
            ? $"It is text, which begins with '{Excerpt.Of(Encoding.UTF8.GetString(start).Trim())}'. {Download}"
            : null;

        static bool IsControl(byte letter) => letter is < (byte)' ' and not ((byte)'\t' or (byte)'\r' or (byte)'\n');
    }

    private static byte[] StartOf(string path, SafeFileHandle handle)
    {
        byte[] start = new byte[Math.Min(Looked, RandomAccess.GetLength(handle))];
        RegularFile.Read(handle, path, 0, start);
        return start;
    }
}
