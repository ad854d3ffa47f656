using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Python's slices, <c>a[start:stop:step]</c>: negative places count from the end, and what lies beyond an end is cut.</summary>
internal static class Slicing
{
    /// <summary>The items of a slice.</summary>
    public static object Slice(object target, object? start, object? stop, object? step, Budget budget)
    {
        switch (target)
        {
            case string text:
                return SliceText(text, start, stop, step, budget);
            case SequenceValue sequence:
                object[] items = [.. Places(sequence.Items.Count, start, stop, step).Select(i => sequence.Items[i])];
                budget.SpendList(items.Length);
                return target is ListValue ? new ListValue(items) : new TupleValue(items);
            case RangeValue range:
                (int first, int end, int stride) = Bounds(range.Count, start, stop, step);
                return new RangeValue(range.Start + range.Step * first, range.Start + range.Step * end, range.Step * stride);
            case UndefinedValue undefined:
                throw undefined.Error();
            default:
                throw JinjaException.Values($"'{TypeName.Of(target)}' object has no slices.");
        }
    }

    private static string SliceText(string text, object? start, object? stop, object? step, Budget budget)
    {
        budget.SpendText(text.Length);
        int count = CodePoints.Count(text);
        (int first, int end, int stride) = Bounds(count, start, stop, step);
        if (stride == 1)
            return first < end ? text[CodePoints.ToOffset(text, first)..CodePoints.ToOffset(text, end)] : "";
        var result = new TextBuilder(budget);
        if (count == text.Length)
        {
            foreach (int place in Places(count, start, stop, step))
                result.Append(text[place]);
            return result.ToString();
        }

        budget.SpendList(count);
        string[] characters = [.. CodePoints.Split(text)];
        foreach (int place in Places(count, start, stop, step))
            result.Append(characters[place]);
        return result.ToString();
    }

    private static IEnumerable<int> Places(int count, object? start, object? stop, object? step)
    {
        (int first, int end, int stride) = Bounds(count, start, stop, step);
        for (long i = first; stride > 0 ? i < end : i > end; i += stride)
            yield return (int)i;
    }

    private static (int First, int End, int Step) Bounds(int count, object? start, object? stop, object? step)
    {
        int stride = Read(step) is { } given ? Clamp(given, int.MinValue + 1, int.MaxValue) : 1;
        if (stride == 0)
            throw JinjaException.Values("slice step cannot be zero.");
        (int lowest, int highest) = stride > 0 ? (0, count) : (-1, count - 1);
        return (Bound(start, stride > 0 ? lowest : highest), Bound(stop, stride > 0 ? highest : lowest), stride);

        int Bound(object? bound, int otherwise)
            => Read(bound) is { } place ? Clamp(place.Sign < 0 ? place + count : place, lowest, highest) : otherwise;
    }

    private static BigInteger? Read(object? bound) => bound is null or None ? null : Numbers.ToInteger(bound);

    private static int Clamp(BigInteger value, int least, int most) => (int)BigInteger.Max(least, BigInteger.Min(most, value));
}
