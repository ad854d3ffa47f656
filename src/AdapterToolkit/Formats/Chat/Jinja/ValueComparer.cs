using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Python's equality: numbers of all types by value, true as 1, lists and dictionaries by their items.</summary>
internal sealed class ValueComparer : IEqualityComparer<object>
{
    private ValueComparer()
    {
    }

    /// <summary>The only one.</summary>
    public static ValueComparer Instance { get; } = new();

    /// <inheritdoc/>
    public new bool Equals(object? left, object? right)
    {
        if (ReferenceEquals(left, right))
            return left is not double.NaN;
        if (left is null || right is null)
            return false;
        if (Numbers.TryCompare(left, right, out int order))
            return order == 0;
        Budget.EnsureStack();
        Budget.Charge();
        return (left, right) switch
        {
            (string a, string b) => TextsEqual(a, b),
            (UndefinedValue, UndefinedValue) => true,
            (ListValue a, ListValue b) => ItemsEqual(a.Items, b.Items),
            (TupleValue a, TupleValue b) => ItemsEqual(a.Items, b.Items),
            (DictionaryValue a, DictionaryValue b) => a.Count == b.Count && a.Items.All(pair => b.Find(pair.Key) is { } value && Equals(pair.Value, value)),
            (RangeValue a, RangeValue b) => ItemsEqual([.. a.Numbers], [.. b.Numbers]),
            _ => false,
        };
    }

    /// <summary>The hash of a dictionary's key.</summary>
    /// <exception cref="JinjaException">The value cannot be a key.</exception>
    public int GetHashCode(object value)
    {
        Budget.EnsureStack();
        Budget.Charge();
        switch (value)
        {
            case string text:
                Budget.ChargeText(text.Length);
                return text.GetHashCode();
            case bool or BigInteger or double:
                return Numbers.ToHash(value);
            case TupleValue tuple:
                var hash = new HashCode();
                foreach (object item in tuple.Items)
                    hash.Add(item, this);
                return hash.ToHashCode();
            case None or RangeValue or CallableValue:
                return value.GetType().GetHashCode();
            case UndefinedValue:
                return typeof(UndefinedValue).GetHashCode();
            default:
                throw JinjaException.Values($"unhashable type: '{TypeName.Of(value)}'.");
        }
    }

    private static bool TextsEqual(string left, string right)
    {
        if (left.Length != right.Length)
            return false;
        Budget.ChargeText(left.Length);
        return left == right;
    }

    private bool ItemsEqual(IReadOnlyList<object> left, IReadOnlyList<object> right)
    {
        if (left.Count != right.Count)
            return false;
        for (int i = 0; i < left.Count; i++)
        {
            if (!Equals(left[i], right[i]))
                return false;
        }

        return true;
    }
}
