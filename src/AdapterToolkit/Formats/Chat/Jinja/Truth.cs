using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>What counts as true in a condition.</summary>
internal static class Truth
{
    public static bool Of(object value) => value switch
    {
        bool truth => truth,
        None or UndefinedValue => false,
        BigInteger number => !number.IsZero,
        double number => number != 0,
        string text => text.Length > 0,
        SequenceValue sequence => sequence.Items.Count > 0,
        DictionaryValue dictionary => dictionary.Count > 0,
        DictionaryViewValue view => view.Items.Count > 0,
        RangeValue range => range.Count > 0,
        _ => true,
    };
}
