using System.Collections.Frozen;
using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>The methods of lists and tuples that do not change them.</summary>
internal static class SequenceMethods
{
    private static readonly FrozenDictionary<string, Method<SequenceValue>> s_methods = new Dictionary<string, Method<SequenceValue>>
    {
        ["index"] = (rendering, target, arguments) =>
        {
            object?[] bound = arguments.Bind("index", "value", "start", "stop");
            object value = bound[0] ?? throw JinjaException.Values("index() needs a value.");
            (int start, int stop) = PlaceRange.Of(bound[1], bound[2], target.Items.Count);
            for (int i = start; i < Math.Min(stop, target.Items.Count); i++)
            {
                rendering.Budget.Spend();
                if (ValueComparer.Instance.Equals(target.Items[i], value))
                    return new BigInteger(i);
            }

            throw JinjaException.Values($"{Excerpt.Of(ValueText.Literal(value, rendering.Budget))} is not in {TypeName.Of(target)}.");
        },
        ["count"] = (rendering, target, arguments) =>
        {
            object value = arguments.Bind("count", "value")[0] ?? throw JinjaException.Values("count() needs a value.");
            rendering.Budget.Spend(target.Items.Count);
            return new BigInteger(target.Items.Count(item => ValueComparer.Instance.Equals(item, value)));
        },
        ["copy"] = (_, target, arguments) =>
        {
            arguments.Bind("copy");
            return target;
        },
    }.ToFrozenDictionary();

    /// <summary>A method, or null.</summary>
    public static Method<SequenceValue>? Find(string name) => s_methods.GetValueOrDefault(name);
}
