namespace AdapterToolkit.Checkpoints;

/// <summary>Takes a piece of text from a <see cref="PreTokenizer"/>.</summary>
/// <param name="piece">The piece.</param>
/// <param name="position">The position of the piece's first character in the whole text.</param>
internal delegate void PieceHandler(ReadOnlySpan<char> piece, int position);

/// <summary>Divides text into smaller pieces; tokens never reach across a border between them.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Hands the pieces of <paramref name="text"/>, in order, to <paramref name="next"/>.</summary>
    public abstract void Split(ReadOnlySpan<char> text, int position, PieceHandler next);

    /// <summary>Leaves the text whole.</summary>
    public sealed class Whole : PreTokenizer
    {
        public override void Split(ReadOnlySpan<char> text, int position, PieceHandler next) => next(text, position);
    }

    /// <summary>Divides with one pre-tokenizer, then each of its pieces with another.</summary>
    public sealed class Chain(PreTokenizer first, PreTokenizer second) : PreTokenizer
    {
        public override void Split(ReadOnlySpan<char> text, int position, PieceHandler next)
            => first.Split(text, position, (piece, start) => second.Split(piece, start, next));
    }

    /// <summary>Begins each piece with a space, where it does not begin with one.</summary>
    public sealed class PrefixSpace : PreTokenizer
    {
        public override void Split(ReadOnlySpan<char> text, int position, PieceHandler next)
        {
            if (text.IsEmpty || text[0] == ' ')
                next(text, position);
            else
                next(string.Concat(" ", text), position - 1);
        }
    }
}
