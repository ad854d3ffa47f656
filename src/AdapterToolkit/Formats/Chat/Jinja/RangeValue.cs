using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Python's <c>range</c>, no longer than Jinja's sandbox allows.</summary>
internal sealed class RangeValue
{
    /// <summary>The most numbers of a range, as in Jinja's sandbox.</summary>
    public const int Longest = 100_000;

    public RangeValue(BigInteger start, BigInteger stop, BigInteger step)
    {
        if (step.IsZero)
            throw JinjaException.Values("range() arg 3 must not be zero.");
        (Start, Stop, Step) = (start, stop, step);
        BigInteger count = step.Sign > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step;
        if (count > Longest)
            throw JinjaException.Template($"a range of more than {Longest} numbers is not allowed.");
        Count = (int)BigInteger.Max(count, 0);
    }

    /// <summary>The first number.</summary>
    public BigInteger Start { get; }

    /// <summary>Where it ends, without it.</summary>
    public BigInteger Stop { get; }

    /// <summary>From one number to the next.</summary>
    public BigInteger Step { get; }

    /// <summary>How many numbers there are.</summary>
    public int Count { get; }

    /// <summary>The numbers.</summary>
    public IEnumerable<object> Numbers => Enumerable.Range(0, Count).Select(At);

    /// <summary>The number at a place.</summary>
    public object At(int index) => Start + Step * index;
}
