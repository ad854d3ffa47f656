using System.Runtime.CompilerServices;

namespace AdapterToolkit.Checkpoints.Jinja;

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

    private long _steps;

    /// <summary>Counts work.</summary>
    /// <exception cref="JinjaException">It is more than a template may do.</exception>
    public void Spend(long steps = 1)
    {
        _steps += steps;
        if (_steps > MostSteps)
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
