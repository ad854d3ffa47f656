using System.Collections.Immutable;
using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>
/// The header of a safetensors file: eight bytes of length (little-endian), then that many bytes of JSON,
/// <c>{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {"key": "text"}}</c>, then the elements.
/// </summary>
/// <remarks>
/// Reading checks all that the format promises (https://github.com/huggingface/safetensors): the tensors fill the rest of the file
/// without holes or overlaps, each as many bytes as its shape and type need, and every name occurs once. What is allocated
/// is bounded by the header's own length.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The bytes of the length in front of the header.</summary>
    public const int LengthSize = sizeof(ulong);

    /// <summary>The longest header that is read, as in the reference implementation.</summary>
    public const long LongestHeader = 100_000_000;

    private const string MetadataKey = "__metadata__";

    private readonly string _path;
    private readonly Dictionary<string, SafetensorsEntry> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string path) => _path = path;

    /// <summary>The tensors in the order of their elements in the file.</summary>
    public ImmutableArray<SafetensorsEntry> Entries { get; private set; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> ByName => _byName;

    /// <summary>The free-form texts under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Checks the length in front of a header against the file's length.</summary>
    /// <exception cref="CheckpointException">The file is too short for its header, or the header is absurdly long.</exception>
    public static int CheckLength(string path, ulong headerLength, long fileLength)
    {
        if (headerLength > (ulong)LongestHeader)
            throw new CheckpointException(path,
                $"the header claims {headerLength} bytes; more than {LongestHeader} are not accepted. This is not a safetensors file, or it is damaged.");
        if ((long)headerLength > fileLength - LengthSize)
            throw new CheckpointException(path,
                $"the header claims {headerLength} bytes but only {fileLength - LengthSize} follow. The file is truncated or not a safetensors file.");
        return (int)headerLength;
    }

    /// <summary>Parses and checks a header.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">The bytes of the file after the header.</param>
    /// <exception cref="CheckpointException">The header is malformed, or does not describe exactly the file's bytes.</exception>
    public static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long dataLength)
    {
        var header = new SafetensorsHeader(path);
        Utf8Text.Check(path, json);
        try
        {
            header.Read(json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Half of a surrogate pair is found when the text is read, as an InvalidOperationException.
            if (JsonFault.Find(json) is not { } fault)
                throw;
            throw new CheckpointException(path, $"the header {fault.MessageWithLine(json)}", innerException: exception);
        }

        header.CheckLayout(dataLength);
        return header;
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
            throw new CheckpointException(_path, "the header does not begin with '{'. This is not a safetensors file, or it is damaged.");
        var reader = new Utf8JsonReader(json);
        reader.Read();
        bool metadataSeen = false;
        while (ReadPropertyName(ref reader, out string name))
        {
            if (name == MetadataKey)
            {
                if (metadataSeen)
                    throw new CheckpointException(_path, $"'{MetadataKey}' occurs twice.");
                metadataSeen = true;
                ReadMetadata(ref reader);
            }
            else if (!_byName.TryAdd(name, ReadEntry(ref reader, name)))
            {
                throw new CheckpointException(_path, "the name occurs twice.", name);
            }
        }

        // Only white space may follow: another token makes the reader throw.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new CheckpointException(_path, $"'{MetadataKey}' is not an object.");
        while (ReadPropertyName(ref reader, out string key))
        {
            if (reader.TokenType != JsonTokenType.String)
                throw new CheckpointException(_path, $"'{MetadataKey}' has a value that is not a text at '{Excerpt.Of(key)}'.");
            if (!_metadata.TryAdd(key, reader.GetString()!))
                throw new CheckpointException(_path, $"'{MetadataKey}' has the key '{Excerpt.Of(key)}' twice.");
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new CheckpointException(_path, "its description is not an object.", name);
        SafetensorsType? type = null;
        ImmutableArray<long>? shape = null, offsets = null;
        while (ReadPropertyName(ref reader, out string key))
        {
            bool repeated = false;
            switch (key)
            {
                case "dtype":
                    repeated = type is not null;
                    type = ReadType(ref reader, name);
                    break;
                case "shape":
                    repeated = shape is not null;
                    shape = ReadNumbers(ref reader, name, key);
                    break;
                case "data_offsets":
                    repeated = offsets is not null;
                    offsets = ReadNumbers(ref reader, name, key);
                    break;
                default:
                    reader.Skip();
                    break;
            }

            if (repeated)
                throw new CheckpointException(_path, $"'{key}' occurs twice.", name);
        }

        if (type is null || shape is null || offsets is null)
            throw new CheckpointException(_path, "'dtype', 'shape' or 'data_offsets' is missing.", name);
        return MakeEntry(name, type.Value, shape.Value, offsets.Value);
    }

    private SafetensorsEntry MakeEntry(string name, SafetensorsType type, ImmutableArray<long> shape, ImmutableArray<long> offsets)
    {
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw new CheckpointException(_path, $"'data_offsets' {SafetensorsEntry.FormatShape(offsets.AsSpan())} is not a begin and an end in order.", name);
        long elements = 1, bytes;
        try
        {
            foreach (long length in shape)
                elements = checked(elements * length);
            bytes = checked(elements * type.ElementSize());
        }
        catch (OverflowException)
        {
            throw new CheckpointException(_path, $"the shape {SafetensorsEntry.FormatShape(shape.AsSpan())} has more elements than can be counted.", name);
        }

        if (offsets[1] - offsets[0] != bytes)
            throw new CheckpointException(_path,
                $"the shape {SafetensorsEntry.FormatShape(shape.AsSpan())} of {type.FileName()} takes {bytes} bytes, but "
                + $"'data_offsets' give it {offsets[1] - offsets[0]}.", name);
        return new SafetensorsEntry(name, type, shape, elements, offsets[0], bytes);
    }

    private SafetensorsType ReadType(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new CheckpointException(_path, "'dtype' is not a text.", name);
        string text = reader.GetString()!;
        return SafetensorsTypes.TryParse(text, out SafetensorsType type)
            ? type
            : throw new CheckpointException(_path, $"the element type '{Excerpt.Of(text)}' is not supported.", name);
    }

    /// <summary>Reads an array of numbers that are whole and not negative.</summary>
    private ImmutableArray<long> ReadNumbers(ref Utf8JsonReader reader, string name, string key)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new CheckpointException(_path, $"'{key}' is not an array.", name);
        ImmutableArray<long>.Builder numbers = ImmutableArray.CreateBuilder<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
                throw new CheckpointException(_path, $"'{key}' has a value that is not a whole number from 0 to {long.MaxValue}.", name);
            numbers.Add(number);
        }

        return numbers.ToImmutable();
    }

    /// <summary>Moves to the next property's value; false at the end of the object.</summary>
    private static bool ReadPropertyName(ref Utf8JsonReader reader, out string name)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName)
        {
            name = "";
            return false;
        }

        name = reader.GetString()!;
        reader.Read();
        return true;
    }

    /// <summary>The tensors, in the order of their offsets, must fill the data exactly.</summary>
    private void CheckLayout(long dataLength)
    {
        Entries = [.. _byName.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.ByteLength)];
        long end = 0;
        string? before = null;
        foreach (SafetensorsEntry entry in Entries)
        {
            if (entry.Begin < end)
                throw new CheckpointException(_path, $"it begins at byte {entry.Begin}, inside tensor '{Excerpt.Of(before!)}', which ends at byte {end}.",
                    entry.Name);
            if (entry.Begin > end)
                throw new CheckpointException(_path,
                    $"it begins at byte {entry.Begin}, but the data before it ends at byte {end}: {entry.Begin - end} bytes belong to no tensor.", entry.Name);
            if (entry.ByteLength > dataLength - entry.Begin)
                throw new CheckpointException(_path,
                    $"it needs bytes {entry.Begin} to {(decimal)entry.Begin + entry.ByteLength}, but the file's data end at byte "
                    + $"{dataLength}. The file is truncated or damaged.", entry.Name);
            end = entry.Begin + entry.ByteLength;
            before = entry.Name;
        }

        if (end != dataLength)
            throw new CheckpointException(_path, $"{dataLength - end} bytes after the last tensor ('{Excerpt.Of(before ?? "none")}') belong to no tensor.");
    }
}
