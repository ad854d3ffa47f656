using System.Runtime.CompilerServices;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Bounds what one rendering may do, so that no template runs for ever or takes all memory.</summary>
/// <remarks>A conversation of a thousand messages takes some hundred thousand steps.</remarks>
internal sealed class Budget
{
    /// <summary>The most steps: expressions evaluated, items produced.</summary>
    public const long MostSteps = 20_000_000;

    /// <summary>The most characters of one text, the rendered one included.</summary>
    public const int LongestText = 1 << 24;

    /// <summary>The most items of one list.</summary>
    public const int LongestList = 1_000_000;

    /// <summary>The most macros that may run within each other.</summary>
    public const int DeepestCall = 100;

    /// <summary>As many characters cost one step.</summary>
    private const int CharactersPerStep = 8;

    [ThreadStatic]
    private static Budget? s_current;

    /// <summary>The steps so far.</summary>
    public long Steps { get; private set; }

    /// <summary>
    /// Counts work for what is being rendered on this thread, if anything is: for helpers that compare or hash values wherever they come from.
    /// </summary>
    public static void Charge(long steps = 1) => s_current?.Spend(steps);

    /// <summary>Counts the search of a part in a text: each place may have to be compared over the whole part.</summary>
    public static void ChargeSearch(string text, string part)
        => Charge(1 + text.Length / CharactersPerStep + (part.Length > 32 ? (long)text.Length * part.Length / 256 : 0));

    /// <summary>Counts reading a text.</summary>
    public static void ChargeText(int length) => Charge(length / CharactersPerStep);

    /// <summary>Runs a rendering, whose work is counted here.</summary>
    public void Run(Action render)
    {
        Budget? outer = s_current;
        s_current = this;
        try
        {
            render();
        }
        finally
        {
            s_current = outer;
        }
    }

    /// <summary>Counts work.</summary>
    /// <exception cref="JinjaException">It is more than a template may do.</exception>
    public void Spend(long steps = 1)
    {
        Steps += steps;
        if (Steps > MostSteps)
            throw JinjaException.Template($"the template does more than {MostSteps} steps of work.");
    }

    /// <summary>Counts a text that is made, before it is.</summary>
    public void SpendText(long length)
    {
        if (length > LongestText)
            throw JinjaException.Template($"the template makes a text of more than {LongestText} characters.");
        Spend(1 + length / CharactersPerStep);
    }

    /// <summary>Counts a list that is made, before it is.</summary>
    public void SpendList(long count)
    {
        if (count > LongestList)
            throw JinjaException.Template($"the template makes a list of more than {LongestList} items.");
        Spend(1 + count);
    }

    /// <summary>Collects items to a list, counting them.</summary>
    public List<object> Collect(IEnumerable<object> items)
    {
        var list = new List<object>();
        foreach (object item in items)
        {
            if (list.Count == LongestList)
                SpendList(list.Count + 1L);
            Spend();
            list.Add(item);
        }

        return list;
    }

    /// <summary>Refuses values, calls or expressions that are nested deeper than the stack allows.</summary>
    public static void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw JinjaException.Template("the template nests values or calls too deep.");
    }
}
