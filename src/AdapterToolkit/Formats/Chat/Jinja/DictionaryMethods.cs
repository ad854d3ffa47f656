using System.Collections.Frozen;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>The methods of dictionaries that do not change them.</summary>
internal static class DictionaryMethods
{
    private static readonly FrozenDictionary<string, Method<DictionaryValue>> s_methods = new Dictionary<string, Method<DictionaryValue>>
    {
        ["get"] = (_, target, arguments) =>
        {
            object?[] bound = arguments.Bind("get", "key", "default");
            return target.Find(bound[0] ?? throw JinjaException.Values("get() needs a key.")) ?? bound[1] ?? None.Value;
        },
        ["keys"] = (_, target, arguments) => View("keys", target, arguments, pair => pair.Key),
        ["values"] = (_, target, arguments) => View("values", target, arguments, pair => pair.Value),
        ["items"] = (_, target, arguments) => View("items", target, arguments, Pair),
        ["copy"] = (_, target, arguments) =>
        {
            arguments.Bind("copy");
            return target;
        },
    }.ToFrozenDictionary();

    /// <summary>A method, or null.</summary>
    public static Method<DictionaryValue>? Find(string name) => s_methods.GetValueOrDefault(name);

    /// <summary>A key and its value.</summary>
    public static TupleValue Pair(KeyValuePair<object, object> pair) => new([pair.Key, pair.Value]);

    private static DictionaryViewValue View(string name, DictionaryValue target, Arguments arguments, Func<KeyValuePair<object, object>, object> select)
    {
        arguments.Bind(name);
        Budget.Charge(target.Count);
        return new DictionaryViewValue(name, [.. target.Items.Select(select)]);
    }
}
