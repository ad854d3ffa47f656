namespace AdapterToolkit.Operators;

/// <summary>Adapter weights that have virtual tokens for attentions of their tree of modules.</summary>
internal interface IAttentionPrefixes
{
    /// <summary>The virtual tokens at the site of an attention; none where the sequences stand alone.</summary>
    /// <param name="site">The number of the site in the tree.</param>
    IReadOnlyList<VirtualTokens> At(int site);
}
