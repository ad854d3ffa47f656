namespace AdapterToolkit.Formats;

/// <summary>A place in a text behind an added token: what follows is encoded as if nothing stood before it.</summary>
/// <param name="Offset">The place, in UTF-16 units.</param>
/// <param name="Count">How many ids the text before it has.</param>
internal readonly record struct TokenBorder(int Offset, int Count);
