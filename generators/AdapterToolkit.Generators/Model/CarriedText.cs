namespace AdapterToolkit.Generators.Model;

/// <summary>A piece of source text, or the place of a tensor's name in it.</summary>
/// <param name="Text">The text; empty where a tensor's name goes.</param>
/// <param name="Value">The tensor; -1 for text.</param>
internal sealed record TextPart(string Text, int Value);

/// <summary>
/// Source text that is no tensor arithmetic, carried over from the user's <c>Forward</c> with every name fully qualified.
/// It may read the shape of a tensor, whose name is known only when it is emitted.
/// </summary>
/// <param name="Parts">The pieces, in order.</param>
internal sealed record CarriedText(EquatableArray<TextPart> Parts)
{
    /// <summary>Text without tensors.</summary>
    public static CarriedText Of(string text) => new(new EquatableArray<TextPart>([new TextPart(text, -1)]));

    /// <summary>The tensors that the text names.</summary>
    public IEnumerable<int> Values => Parts.Where(part => part.Value >= 0).Select(part => part.Value);

    /// <summary>The text, with names for its tensors.</summary>
    public string Print(Func<int, string> name) => string.Concat(Parts.Select(part => part.Value < 0 ? part.Text : name(part.Value)));
}
