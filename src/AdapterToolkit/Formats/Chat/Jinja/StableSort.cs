namespace AdapterToolkit.Formats.Jinja;

/// <summary>Sorts as Python: equal values keep their order, in reverse too.</summary>
internal static class StableSort
{
    /// <summary>Items in the order of their keys.</summary>
    public static List<object> ByKey(IEnumerable<object> items, Func<object, object> key, bool reverse, Budget budget)
    {
        (object Key, object Item)[] source = [.. budget.Collect(items).Select(item => (key(item), item))];
        var target = new (object Key, object Item)[source.Length];
        for (int width = 1; width < source.Length; width *= 2)
        {
            for (int start = 0; start < source.Length; start += 2 * width)
                Merge(source, target, start, Math.Min(start + width, source.Length), Math.Min(start + 2 * width, source.Length), reverse, budget);
            (source, target) = (target, source);
        }

        return [.. source.Select(entry => entry.Item)];
    }

    private static void Merge(
        (object Key, object Item)[] source, (object Key, object Item)[] target, int left, int middle, int end, bool reverse, Budget budget)
    {
        int right = middle;
        for (int i = left; i < end; i++)
        {
            budget.Spend();
            bool takesRight = left >= middle || (right < end && IsBefore(source[right].Key, source[left].Key, reverse));
            target[i] = source[takesRight ? right++ : left++];
        }
    }

    private static bool IsBefore(object candidate, object first, bool reverse)
        => reverse ? Ordering.Holds("<", first, candidate) : Ordering.Holds("<", candidate, first);
}
