using System.Globalization;
using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>
/// Where filters look in the items they are given: names and numbers with dots between them, such as <c>function.parameters.0</c>; nothing means the item
/// itself.
/// </summary>
internal sealed class AttributePath
{
    private readonly object[] _parts;
    private readonly object? _default;
    private readonly Rendering _rendering;

    /// <summary>Reads a path.</summary>
    /// <param name="rendering">The rendering.</param>
    /// <param name="path">The path, or null.</param>
    /// <param name="otherwise">What stands for a part that is not there, or null.</param>
    public AttributePath(Rendering rendering, object? path, object? otherwise = null)
    {
        (_rendering, _default) = (rendering, otherwise is None ? null : otherwise);
        _parts = path switch
        {
            null or None => [],
            string text => [.. text.Split('.').Select(ReadPart)],
            _ => [path],
        };
    }

    /// <summary>What the path leads to.</summary>
    public object Follow(object item)
    {
        var lookup = new Lookup(_rendering);
        foreach (object part in _parts)
        {
            item = lookup.Item(item, part);
            if (item is UndefinedValue && _default is not null)
                item = _default;
        }

        return item;
    }

    /// <summary>What the path leads to, texts in small letters: for comparisons without case.</summary>
    public object FollowFolded(object item) => Follow(item) switch
    {
        string text => Lower(text),
        var value => value,
    };

    private static string Lower(string text)
    {
        Budget.ChargeText(text.Length);
        return Casing.Lower(text);
    }

    private static object ReadPart(string part) => part.Length > 0 && part.All(char.IsAsciiDigit) ? BigInteger.Parse(part, CultureInfo.InvariantCulture) : part;
}
