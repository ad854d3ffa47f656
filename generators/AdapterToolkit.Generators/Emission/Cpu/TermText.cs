namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>What terms add to the loops of a product, piece by piece; a piece that a term does without is empty.</summary>
internal sealed record TermText
{
    /// <summary>Operands among the parameters of the work, each followed by a comma.</summary>
    public string Parameters { get; init; } = string.Empty;

    /// <summary>What is passed for them from parameters of the same names.</summary>
    public string Arguments { get; init; } = string.Empty;

    /// <summary>References to the operands.</summary>
    public string References { get; init; } = string.Empty;

    /// <summary>The memory that operands are packed into.</summary>
    public string Scratch { get; init; } = string.Empty;

    /// <summary>Packs what belongs to a block of rows.</summary>
    public string PackRows { get; init; } = string.Empty;

    /// <summary>When a tile adds the term.</summary>
    public string Condition { get; init; } = string.Empty;

    /// <summary>Packs what belongs to a panel of W.</summary>
    public string PackPanel { get; init; } = string.Empty;

    /// <summary>References to a tile's part of what was packed.</summary>
    public string TileReferences { get; init; } = string.Empty;

    /// <summary>What a tile takes: one kind of term goes on with a tile's sum.</summary>
    public string TileArguments { get; init; } = string.Empty;

    /// <summary>What is done with the results of a block of rows when W's product is complete.</summary>
    public string EndBlock { get; init; } = string.Empty;

    /// <summary>The pieces of several terms, one after the other; a tile without a term takes what says so.</summary>
    public static TermText Together(IEnumerable<TermText> terms)
    {
        TermText[] all = [.. terms];
        TermText? inTile = all.SingleOrDefault(term => term.TileArguments.Length > 0);
        return new TermText
        {
            Parameters = string.Concat(all.Select(term => term.Parameters)),
            Arguments = string.Concat(all.Select(term => term.Arguments)),
            References = Lines(all, term => term.References, inTile is null ? "ref float noTerm = ref Unsafe.NullRef<float>();" : string.Empty),
            Scratch = Lines(all, term => term.Scratch),
            PackRows = Lines(all, term => term.PackRows),
            Condition = Lines(all, term => term.Condition),
            PackPanel = Lines(all, term => term.PackPanel),
            TileReferences = Lines(all, term => term.TileReferences),
            TileArguments = inTile?.TileArguments ?? "ref noTerm, ref noTerm, 0, false",
            EndBlock = Lines(all, term => term.EndBlock),
        };
    }

    private static string Lines(IEnumerable<TermText> terms, Func<TermText, string> piece, string more = "") =>
        string.Join("\n", terms.Select(piece).Append(more).Where(text => text.Length > 0));
}
