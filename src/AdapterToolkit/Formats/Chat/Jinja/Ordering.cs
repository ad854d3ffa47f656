namespace AdapterToolkit.Formats.Jinja;

/// <summary>Which of two values is less: numbers, texts, and lists or tuples of them.</summary>
internal static class Ordering
{
    /// <summary>Evaluates <c>&lt;</c>, <c>&lt;=</c>, <c>></c> or <c>>=</c>.</summary>
    /// <exception cref="JinjaException">Python does not order such values.</exception>
    public static bool Holds(string comparison, object left, object right)
    {
        if (Compare(comparison, left, right) is not { } order)
            return false;
        return comparison switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }

    /// <summary>The order of two values, or null where one is not a number although a float.</summary>
    private static int? Compare(string comparison, object left, object right)
    {
        Budget.EnsureStack();
        Budget.Charge();
        if (Numbers.TryCompare(left, right, out int order))
            return Numbers.IsNaN(left) || Numbers.IsNaN(right) ? null : order;
        return (left, right) switch
        {
            (UndefinedValue undefined, _) => throw undefined.Error(),
            (_, UndefinedValue undefined) => throw undefined.Error(),
            (string a, string b) => CompareTexts(a, b),
            (ListValue a, ListValue b) => CompareItems(comparison, a.Items, b.Items),
            (TupleValue a, TupleValue b) => CompareItems(comparison, a.Items, b.Items),
            _ => throw JinjaException.Values($"'{comparison}' not supported between instances of '{TypeName.Of(left)}' and '{TypeName.Of(right)}'."),
        };
    }

    private static int CompareTexts(string left, string right)
    {
        Budget.ChargeText(Math.Min(left.Length, right.Length));
        return CodePoints.Compare(left, right);
    }

    private static int? CompareItems(string comparison, IReadOnlyList<object> left, IReadOnlyList<object> right)
    {
        for (int i = 0; i < left.Count && i < right.Count; i++)
        {
            if (!ValueComparer.Instance.Equals(left[i], right[i]))
                return Compare(comparison, left[i], right[i]);
        }

        return left.Count.CompareTo(right.Count);
    }
}
