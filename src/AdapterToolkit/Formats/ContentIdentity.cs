using System.Collections.Immutable;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace AdapterToolkit.Formats;

/// <summary>
/// Tells base models apart by what they are made of: name, element type, shape and numbers of every tensor, and the settings
/// that change what the model computes. Files, their order and their metadata do not count.
/// </summary>
/// <remarks>
/// A tensor's digest is XxHash128 of its bytes as they lie in the file (https://github.com/Cyan4973/xxHash), taken while they are read. It tells
/// models apart that were mixed up, not those that someone forged.
/// </remarks>
internal sealed class ContentIdentity
{
    private readonly SortedDictionary<string, byte[]> _tensors = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _settings = new(StringComparer.Ordinal);

    /// <summary>Adds a tensor. One that was added before stays as it was.</summary>
    /// <param name="name">The name that the model knows it by.</param>
    /// <param name="type">The type of its elements in the file.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="bytes">The digest of its bytes.</param>
    internal void Add(string name, SafetensorsType type, ImmutableArray<long> shape, NonCryptographicHashAlgorithm bytes)
    {
        using MemoryStream description = new();
        using BinaryWriter writer = new(description, Encoding.UTF8);
        writer.Write(type.FileName());
        writer.Write(shape.Length);
        foreach (long length in shape)
            writer.Write(length);
        writer.Write(bytes.GetCurrentHash());
        writer.Flush();
        _tensors.TryAdd(name, description.ToArray());
    }

    /// <summary>Adds a setting.</summary>
    /// <param name="name">The setting's name, with the path of the module that it belongs to.</param>
    /// <param name="value">Its value.</param>
    internal void Add(string name, double value) => Add(name, value.ToString("R", CultureInfo.InvariantCulture));

    /// <inheritdoc cref="Add(string, double)"/>
    internal void Add(string name, string value) => _settings[name] = value;

    /// <summary>The identity: 32 hexadecimal digits.</summary>
    public override string ToString()
    {
        using MemoryStream all = new();
        using BinaryWriter writer = new(all, Encoding.UTF8);
        writer.Write(_tensors.Count);
        foreach ((string name, byte[] description) in _tensors)
        {
            writer.Write(name);
            writer.Write(description.Length);
            writer.Write(description);
        }

        foreach ((string name, string value) in _settings)
        {
            writer.Write(name);
            writer.Write(value);
        }

        writer.Flush();
        return Convert.ToHexStringLower(XxHash128.Hash(all.GetBuffer().AsSpan(0, (int)all.Length)));
    }
}
