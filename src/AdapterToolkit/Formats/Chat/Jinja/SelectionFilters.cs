namespace AdapterToolkit.Formats.Jinja;

/// <summary>The filters that apply another filter, or a test, to every item.</summary>
internal static class SelectionFilters
{
    public static Dictionary<string, Filter> All { get; } = new()
    {
        ["map"] = Map,
        ["select"] = (rendering, value, arguments) => Select("select", rendering, value, arguments, byAttribute: false, keeps: true),
        ["reject"] = (rendering, value, arguments) => Select("reject", rendering, value, arguments, byAttribute: false, keeps: false),
        ["selectattr"] = (rendering, value, arguments) => Select("selectattr", rendering, value, arguments, byAttribute: true, keeps: true),
        ["rejectattr"] = (rendering, value, arguments) => Select("rejectattr", rendering, value, arguments, byAttribute: true, keeps: false),
    };

    private static IteratorValue Map(Rendering rendering, object value, Arguments arguments)
    {
        IEnumerable<object> items = Counted(rendering, value);
        if (arguments is { Positional: [], Keywords: [_, ..] })
        {
            object?[] bound = arguments.Bind("map", "attribute", "default");
            var path = new AttributePath(rendering, bound[0] ?? throw JinjaException.Values("map() needs a filter or an attribute."), bound[1]);
            return new IteratorValue(items.Select(path.Follow));
        }

        string name = arguments.Positional is [string first, ..] ? first : throw JinjaException.Values("map() needs a filter's name.");
        Filter filter = Filters.Find(name) ?? throw JinjaException.Template($"the filter '{Excerpt.Of(name)}' is not supported.");
        Arguments rest = arguments.WithoutFirst();
        return new IteratorValue(items.Select(item => filter(rendering, item, rest)));
    }

    private static IteratorValue Select(string filter, Rendering rendering, object value, Arguments arguments, bool byAttribute, bool keeps)
    {
        Func<object, object> read = item => item;
        if (byAttribute)
        {
            if (arguments.Positional.Count == 0)
                throw JinjaException.Values($"{filter}() needs an attribute's name.");
            read = new AttributePath(rendering, arguments.Positional[0]).Follow;
            arguments = arguments.WithoutFirst();
        }

        Func<object, bool> passes = Truth.Of;
        if (arguments.Positional.Count > 0)
        {
            string name = rendering.Text(arguments.Positional[0]);
            Test test = Tests.Find(name) ?? throw JinjaException.Template($"the test '{Excerpt.Of(name)}' is not supported.");
            Arguments rest = arguments.WithoutFirst();
            passes = item => test(rendering, item, rest);
        }

        return new IteratorValue(Counted(rendering, value).Where(item => passes(read(item)) == keeps));
    }

    /// <summary>The items of a value. As in Jinja, what counts as false has none, even where it could not have any.</summary>
    private static IEnumerable<object> Counted(Rendering rendering, object value) => !Truth.Of(value) ? [] : Iteration.Items(value).Select(item =>
    {
        rendering.Budget.Spend();
        return item;
    });
}
