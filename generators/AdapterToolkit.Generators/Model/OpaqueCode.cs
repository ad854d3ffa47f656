namespace AdapterToolkit.Generators.Model;

/// <summary>A piece of source text, or a tensor whose name stands there.</summary>
/// <param name="Text">The text; empty where a tensor's name goes.</param>
/// <param name="Value">The tensor; -1 for text.</param>
internal sealed record CodePart(string Text, int Value);

/// <summary>
/// The user's source code that is no tensor arithmetic: the graph does not look into it, and emitted code repeats it with every
/// name fully qualified. Its operands are the tensors whose shape it reads; their names are known only when it is emitted.
/// </summary>
/// <param name="Parts">The pieces, in order.</param>
internal sealed record OpaqueCode(EquatableArray<CodePart> Parts)
{
    /// <summary>Code without operands.</summary>
    public static OpaqueCode Of(string text) => new(new EquatableArray<CodePart>([new CodePart(text, -1)]));

    /// <summary>The tensors that it reads.</summary>
    public IEnumerable<int> Operands => Parts.Where(part => part.Value >= 0).Select(part => part.Value);

    /// <summary>The code as text, with names for its operands.</summary>
    public string Print(Func<int, string> name) => string.Concat(Parts.Select(part => part.Value < 0 ? part.Text : name(part.Value)));
}
