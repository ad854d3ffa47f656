namespace AdapterToolkit.Formats;

/// <summary>Takes a piece of text from a <see cref="PreTokenizer"/>.</summary>
/// <param name="piece">The piece.</param>
/// <param name="continues">Whether it goes on from text that was encoded before, so that nothing is put before it.</param>
internal delegate void PieceHandler(ReadOnlySpan<char> piece, bool continues);

/// <summary>Divides text into smaller pieces; tokens never reach across a border between them.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Hands the pieces of a text, in order, on.</summary>
    /// <param name="text">The text.</param>
    /// <param name="continues">Whether the text, and with it the piece that it begins with, goes on from text that was encoded before.</param>
    /// <param name="next">Takes the pieces.</param>
    public abstract void Split(ReadOnlySpan<char> text, bool continues, PieceHandler next);

    /// <summary>Leaves the text whole.</summary>
    public sealed class Whole : PreTokenizer
    {
        public override void Split(ReadOnlySpan<char> text, bool continues, PieceHandler next) => next(text, continues);
    }

    /// <summary>Divides with one pre-tokenizer, then each of its pieces with another.</summary>
    public sealed class Chain(PreTokenizer first, PreTokenizer second) : PreTokenizer
    {
        public override void Split(ReadOnlySpan<char> text, bool continues, PieceHandler next)
            => first.Split(text, continues, (piece, goesOn) => second.Split(piece, goesOn, next));
    }

    /// <summary>Begins each piece with a space, where it does not begin with one and does not go on from text before.</summary>
    public sealed class PrefixSpace : PreTokenizer
    {
        public override void Split(ReadOnlySpan<char> text, bool continues, PieceHandler next)
        {
            if (text.IsEmpty || text[0] == ' ' || continues)
                next(text, continues);
            else
                next(string.Concat(" ", text), continues);
        }
    }
}
