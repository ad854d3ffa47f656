using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>The functions that every template can call: Jinja's, and the two that transformers adds.</summary>
internal static class Globals
{
    /// <summary>A scope with the functions.</summary>
    public static Scope Create(Rendering rendering)
    {
        var scope = new Scope(null);
        Add("range", Range);
        Add("dict", Dictionary);
        Add("namespace", Namespace);
        Add("cycler", arguments => arguments.Positional.Count > 0
            ? new CyclerValue(arguments.Positional)
            : throw JinjaException.Values("cycler() needs an item."));
        Add("joiner", Joiner);
        Add("raise_exception", arguments => throw new JinjaException(JinjaFault.Raised, rendering.Text(arguments.Bind("raise_exception", "message")[0] ?? "")));
        Add("strftime_now", arguments => new TimeFormat(rendering).Format(StringMethods.ToText("strftime_now", arguments.Bind("strftime_now", "format")[0])));
        return scope;

        void Add(string name, Func<Arguments, object> function) => scope.Set(name, new FunctionValue(name, function));
    }

    private static object Range(Arguments arguments)
    {
        BigInteger[] bounds = [.. arguments.Positional.Select(Numbers.ToInteger)];
        return bounds switch
        {
            _ when arguments.Keywords.Count > 0 => throw JinjaException.Values("range() takes no keyword arguments."),
            [var stop] => new RangeValue(0, stop, 1),
            [var start, var stop] => new RangeValue(start, stop, 1),
            [var start, var stop, var step] => new RangeValue(start, stop, step),
            _ => throw JinjaException.Values($"range() takes one to three arguments, not {bounds.Length}."),
        };
    }

    private static DictionaryValue Dictionary(Arguments arguments)
    {
        IEnumerable<KeyValuePair<object, object>> items = arguments.Positional switch
        {
            [] => [],
            [DictionaryValue dictionary] => dictionary.Items,
            [var pairs] => Iteration.Items(pairs).Select(ToPair),
            _ => throw JinjaException.Values("dict() takes one argument by place at most."),
        };
        return new DictionaryValue(items.Concat(arguments.Keywords.Select(pair => KeyValuePair.Create((object)pair.Key, pair.Value))));
    }

    private static KeyValuePair<object, object> ToPair(object pair)
        => Iteration.Items(pair).Take(3).ToArray() is [var key, var value]
            ? KeyValuePair.Create(key, value)
            : throw JinjaException.Values("dict() needs pairs.");

    private static object Namespace(Arguments arguments)
    {
        var space = new NamespaceValue();
        foreach ((object key, object value) in Dictionary(arguments).Items)
            space.Set(key as string ?? throw JinjaException.Values("the names of a namespace are texts."), value);
        return space;
    }

    /// <summary>Jinja's <c>joiner</c>: nothing at its first call, then its separator.</summary>
    private static object Joiner(Arguments arguments)
    {
        object separator = arguments.Bind("joiner", "sep")[0] ?? ", ";
        bool used = false;
        return new FunctionValue("joiner", _ =>
        {
            bool first = !used;
            used = true;
            return first ? "" : separator;
        });
    }
}
