namespace AdapterToolkit.Operators;

/// <summary>One attention of a run: a module that runs several times has one site, but keys and values of each time.</summary>
/// <param name="Site">The number of the attention's site in the tree.</param>
/// <param name="Time">How often the run came to the site before.</param>
internal readonly record struct AttentionCall(int Site, int Time)
{
    /// <inheritdoc/>
    public override string ToString() => Time == 0 ? $"attention at site {Site}" : $"attention at site {Site}, at run {Time + 1} of it,";
}
