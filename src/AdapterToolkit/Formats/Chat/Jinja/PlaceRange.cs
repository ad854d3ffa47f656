namespace AdapterToolkit.Formats.Jinja;

/// <summary>The part of a text or list that a method looks at: its optional arguments <c>start</c> and <c>end</c>.</summary>
internal static class PlaceRange
{
    /// <summary>
    /// First place and end, both within the length; negative ones count from the end. The start may lie beyond the end, where nothing is found.
    /// </summary>
    public static (int Start, int End) Of(object? start, object? end, int count)
    {
        return (Place(start, 0), Place(end, count));

        int Place(object? place, int otherwise)
        {
            if (place is null or None)
                return otherwise;
            int number = Numbers.ToCount(place);
            return number < 0 ? Math.Max(0, number + count) : Math.Min(number, count + 1);
        }
    }
}
