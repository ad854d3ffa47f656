namespace AdapterToolkit.Formats.Jinja;

/// <summary>What is not there: written as nothing, with no items, false; using it further is an error, which says what was missing.</summary>
/// <param name="Problem">What was missing.</param>
internal sealed record UndefinedValue(string Problem)
{
    /// <summary>The error of using it.</summary>
    public JinjaException Error() => JinjaException.Values(Problem);
}
