using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>The filters for lists and other things with items.</summary>
internal static class SequenceFilters
{
    public static Dictionary<string, Filter> All { get; } = new()
    {
        ["length"] = (_, value, arguments) => Length(value, arguments),
        ["count"] = (_, value, arguments) => Length(value, arguments),
        ["list"] = (rendering, value, arguments) =>
        {
            arguments.Bind("list");
            return new ListValue(rendering.Budget.Collect(Iteration.Items(value)));
        },
        ["first"] = (_, value, arguments) =>
        {
            arguments.Bind("first");
            return Iteration.Items(value).FirstOrDefault() ?? new UndefinedValue("No first item, sequence was empty.");
        },
        ["last"] = (_, value, arguments) =>
        {
            arguments.Bind("last");
            if (value is IteratorValue)
                throw JinjaException.Values("'generator' object is not reversible; make it a list first ('| list | last').");
            Budget.Charge(value is RangeValue range ? range.Count : 1);
            return Iteration.Items(value).LastOrDefault() ?? new UndefinedValue("No last item, sequence was empty.");
        },
        ["reverse"] = Reverse,
        ["join"] = Join,
        ["sort"] = Sort,
        ["dictsort"] = SortDictionary,
        ["items"] = Items,
        ["unique"] = Unique,
        ["min"] = (rendering, value, arguments) => Extreme("min", rendering, value, arguments, "<"),
        ["max"] = (rendering, value, arguments) => Extreme("max", rendering, value, arguments, ">"),
        ["batch"] = Batch,
        ["slice"] = Slice,
        ["groupby"] = GroupBy,
    };

    private static bool Flag(object? argument) => argument is not null && Truth.Of(argument);

    private static BigInteger Length(object value, Arguments arguments)
    {
        arguments.Bind("length");
        return new BigInteger(Iteration.Count(value));
    }

    private static object Reverse(Rendering rendering, object value, Arguments arguments)
    {
        arguments.Bind("reverse");
        List<object> items = rendering.Budget.Collect(Iteration.Items(value));
        items.Reverse();
        return value is string ? string.Concat(items) : new IteratorValue(items);
    }

    private static string Join(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("join", "d", "attribute");
        string separator = bound[0] is null ? "" : rendering.Text(bound[0]!);
        var path = new AttributePath(rendering, bound[1]);
        var result = new TextBuilder(rendering.Budget);
        bool first = true;
        foreach (object item in Iteration.Items(value))
        {
            result.Append(first ? "" : separator).Append(rendering.Text(path.Follow(item)));
            first = false;
        }

        return result.ToString();
    }

    private static ListValue Sort(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("sort", "reverse", "case_sensitive", "attribute");
        object?[] names = bound[2] is string text ? [.. text.Split(',')] : [bound[2]];
        AttributePath[] paths = [.. names.Select(name => new AttributePath(rendering, name))];
        bool caseSensitive = Flag(bound[1]);
        return new ListValue(StableSort.ByKey(Iteration.Items(value), Key, Flag(bound[0]), rendering.Budget));

        object Key(object item) => new ListValue([.. paths.Select(path => caseSensitive ? path.Follow(item) : path.FollowFolded(item))]);
    }

    private static ListValue SortDictionary(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("dictsort", "case_sensitive", "by", "reverse");
        int place = bound[1] switch
        {
            null or "key" => 0,
            "value" => 1,
            _ => throw JinjaException.Values("dictsort() sorts by 'key' or 'value'."),
        };
        var path = new AttributePath(rendering, new BigInteger(place));
        return new ListValue(StableSort.ByKey(
            Mapping("dictsort", value).Items.Select(DictionaryMethods.Pair),
            Flag(bound[0]) ? path.Follow : path.FollowFolded,
            Flag(bound[2]),
            rendering.Budget));
    }

    private static IteratorValue Items(Rendering rendering, object value, Arguments arguments)
    {
        arguments.Bind("items");
        return new IteratorValue(value is UndefinedValue ? [] : Mapping("items", value).Items.Select(DictionaryMethods.Pair));
    }

    private static DictionaryValue Mapping(string filter, object value) => value switch
    {
        DictionaryValue dictionary => dictionary,
        UndefinedValue undefined => throw undefined.Error(),
        _ => throw JinjaException.Values($"{filter}() needs a mapping, not '{TypeName.Of(value)}'."),
    };

    private static IteratorValue Unique(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("unique", "case_sensitive", "attribute");
        var path = new AttributePath(rendering, bound[1]);
        var seen = new HashSet<object>(ValueComparer.Instance);
        return new IteratorValue(Iteration.Items(value).Where(item => seen.Add(Flag(bound[0]) ? path.Follow(item) : path.FollowFolded(item))));
    }

    private static object Extreme(string filter, Rendering rendering, object value, Arguments arguments, string comparison)
    {
        object?[] bound = arguments.Bind(filter, "case_sensitive", "attribute");
        var path = new AttributePath(rendering, bound[1]);
        object? best = null, bestKey = null;
        foreach (object item in Iteration.Items(value))
        {
            rendering.Budget.Spend();
            object key = Flag(bound[0]) ? path.Follow(item) : path.FollowFolded(item);
            if (bestKey is null || Ordering.Holds(comparison, key, bestKey))
                (best, bestKey) = (item, key);
        }

        return best ?? new UndefinedValue("No aggregated item, sequence was empty.");
    }

    private static IteratorValue Batch(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("batch", "linecount", "fill_with");
        int size = Numbers.ToCount(bound[0] ?? throw JinjaException.Values("batch() needs a number."));
        List<object> items = rendering.Budget.Collect(Iteration.Items(value));
        var batches = new List<object>();
        for (int start = 0; start < items.Count; start += Math.Max(size, 1))
            batches.Add(new ListValue(Filled(rendering, items.GetRange(start, Math.Min(Math.Max(size, 1), items.Count - start)), size, bound[1])));
        return new IteratorValue(batches);
    }

    private static IteratorValue Slice(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("slice", "slices", "fill_with");
        int count = Numbers.ToCount(bound[0] ?? throw JinjaException.Values("slice() needs a number."));
        if (count < 1)
            throw JinjaException.Values("slice() needs a number greater than zero.");
        rendering.Budget.SpendList(count);
        List<object> items = rendering.Budget.Collect(Iteration.Items(value));
        (int size, int longer) = Math.DivRem(items.Count, count);
        var slices = new List<object>();
        for (int i = 0, start = 0; i < count; i++)
        {
            int length = size + (i < longer ? 1 : 0);
            slices.Add(new ListValue(Filled(rendering, items.GetRange(start, length), i < longer ? length : length + 1, bound[1])));
            start += length;
        }

        return new IteratorValue(slices);
    }

    private static List<object> Filled(Rendering rendering, List<object> items, int count, object? filling)
    {
        if (filling is null or None || items.Count >= count)
            return items;
        rendering.Budget.SpendList(count);
        items.AddRange(Enumerable.Repeat(filling, count - items.Count));
        return items;
    }

    private static ListValue GroupBy(Rendering rendering, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("groupby", "attribute", "default", "case_sensitive");
        var path = new AttributePath(rendering, bound[0] ?? throw JinjaException.Values("groupby() needs an attribute."), bound[1]);
        Func<object, object> key = Flag(bound[2]) ? path.Follow : path.FollowFolded;
        var groups = new List<(object Key, List<object> Items)>();
        foreach (object item in StableSort.ByKey(Iteration.Items(value), key, reverse: false, rendering.Budget))
        {
            if (groups.Count == 0 || !ValueComparer.Instance.Equals(groups[^1].Key, key(item)))
                groups.Add((key(item), []));
            groups[^1].Items.Add(item);
        }

        return new ListValue([.. groups.Select(group => new GroupValue(path.Follow(group.Items[0]), new ListValue(group.Items)))]);
    }
}
