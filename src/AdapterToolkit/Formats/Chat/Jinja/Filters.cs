using System.Collections.Frozen;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>The filters, by name.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Filter> s_filters =
        new[] { TextFilters.All, NumberFilters.All, SequenceFilters.All, SelectionFilters.All, ValueFilters.All }
            .SelectMany(filters => filters).ToFrozenDictionary();

    /// <summary>A filter, or null.</summary>
    public static Filter? Find(string name) => s_filters.GetValueOrDefault(name);
}
