using System.Text;
using System.Text.RegularExpressions;

namespace AdapterToolkit.Checkpoints;

/// <summary>
/// A byte-level byte pair tokenizer, as a checkpoint's <c>tokenizer.json</c> describes it (the styles of GPT-2, SmolLM and Llama 3). Its ids are those
/// of Hugging Face's tokenizers library.
/// </summary>
/// <remarks>
/// Truncation and padding settings in the file are not applied, as in transformers, where each call sets its own.
/// Instances may be used from several threads.
/// </remarks>
public sealed class Tokenizer
{
    /// <summary>The file's name in a checkpoint's folder.</summary>
    public const string FileName = "tokenizer.json";

    private readonly TokenizerDefinition _definition;
    private readonly BytePairEncoder _encoder;
    private readonly AddedTokenFinder _inText;
    private readonly AddedTokenFinder _inNormalizedText;
    private readonly Dictionary<int, DecodedToken> _tokens = [];
    private readonly Dictionary<string, int> _ids;

    private Tokenizer(TokenizerDefinition definition)
    {
        _definition = definition;
        _encoder = new BytePairEncoder(definition.Vocabulary, definition.Merges, definition.IgnoreMerges);
        _inText = new AddedTokenFinder([.. definition.AddedTokens.Where(token => !token.Normalized)]);
        _inNormalizedText = new AddedTokenFinder([.. definition.AddedTokens.Where(token => token.Normalized).Select(token => token with { Content = Normalize(token.Content) })]);
        _ids = new Dictionary<string, int>(definition.Vocabulary, StringComparer.Ordinal);
        foreach ((string token, int id) in definition.Vocabulary)
            _tokens[id] = new DecodedToken(ByteLevelAlphabet.Decode(token), Special: false);
        foreach (AddedToken token in definition.AddedTokens)
        {
            _ids[token.Content] = token.Id;
            _tokens[token.Id] = new DecodedToken(ByteLevelAlphabet.Decode(token.Content), token.Special);
        }

        VocabularySize = _tokens.Keys.DefaultIfEmpty(-1).Max() + 1;
    }

    private readonly record struct DecodedToken(byte[] Bytes, bool Special);

    /// <summary>One more than the largest id: the rows that a model's embedding needs at least.</summary>
    public int VocabularySize { get; }

    /// <summary>Reads a <c>tokenizer.json</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is malformed, or asks for something that is not supported; the message names it.</exception>
    public static Tokenizer FromFile(string path)
    {
        ForeignTokenizer.ThrowIfBeside(path);
        return new(JsonFile.Read(path, TokenizerDefinition.Read));
    }

    /// <summary>The id of a token given as it is in the file (byte-level characters, or an added token's text), or null.</summary>
    /// <param name="token">The token.</param>
    public int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <summary>Converts text to ids. Added tokens that the text spells out (such as <c>&lt;|im_end|&gt;</c>) are recognized.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether to add the tokens that the file's template puts around a text. A chat template's text has its own: false there.</param>
    public int[] Encode(string text, bool addSpecialTokens) => Encode(text, addSpecialTokens, starts: null);

    /// <summary>Converts text to ids, and says where in the text each begins.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether to add the tokens that the file's template puts around a text.</param>
    /// <param name="starts">For each id, the index of the first character of <paramref name="text"/> that it stands for. A token that begins inside a character has that character's index.
    /// Where the file asks for normalization, indices are those of the normalized text (see <see cref="IsNormalized"/>).</param>
    public int[] Encode(string text, bool addSpecialTokens, out int[] starts)
    {
        var positions = new List<int>();
        int[] result = Encode(text, addSpecialTokens, positions);
        starts = [.. positions];
        return result;
    }

    /// <summary>Whether encoding leaves the text's characters as they are: there is no normalization, or it changes nothing.</summary>
    /// <param name="text">The text.</param>
    public bool IsNormalized(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return !_definition.NormalizesToFormC || Normalize(text) == text;
    }

    /// <summary>Converts ids to text. Bytes that are no valid UTF-8 become U+FFFD; ids without a token (padding of the vocabulary) are left out.</summary>
    /// <param name="tokenIds">The ids.</param>
    /// <param name="skipSpecialTokens">Whether to leave out special tokens, such as the end of the text.</param>
    public string Decode(ReadOnlySpan<int> tokenIds, bool skipSpecialTokens)
    {
        using var bytes = new MemoryStream();
        foreach (int id in tokenIds)
        {
            if (_tokens.TryGetValue(id, out DecodedToken token) && !(skipSpecialTokens && token.Special))
                bytes.Write(token.Bytes);
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private int[] Encode(string text, bool addSpecialTokens, List<int>? starts)
    {
        ArgumentNullException.ThrowIfNull(text);
        var result = new List<int>((text.Length / 4) + 4);
        try
        {
            if (addSpecialTokens)
                Append(_definition.Before, 0, result, starts);
            EncodeParts(text, result, starts);
            if (addSpecialTokens)
                Append(_definition.After, text.Length, result, starts);
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new CheckpointException(_definition.FilePath, "a regular expression of the file takes too long on this text.", innerException: exception);
        }

        return [.. result];
    }

    /// <summary>Added tokens are found first; what lies between them is normalized and searched for the added tokens that are normalized too; the rest is words.</summary>
    private void EncodeParts(string text, List<int> result, List<int>? starts)
    {
        int shift = 0;
        foreach (AddedTokenFinder.Part part in _inText.Divide(text))
        {
            if (part.Token is { } token)
            {
                result.Add(token.Id);
                starts?.Add(part.Start + shift);
                continue;
            }

            string normalized = Normalize(text.Substring(part.Start, part.Length));
            EncodeNormalized(normalized, part.Start + shift, result, starts);
            shift += normalized.Length - part.Length;
        }
    }

    private void EncodeNormalized(string text, int position, List<int> result, List<int>? starts)
    {
        PieceHandler encode = starts is null
            ? (word, _) => _encoder.Encode(word, result)
            : (word, start) => EncodeWithStarts(word, start, result, starts);
        foreach (AddedTokenFinder.Part part in _inNormalizedText.Divide(text))
        {
            if (part.Token is { } token)
            {
                result.Add(token.Id);
                starts?.Add(position + part.Start);
            }
            else
            {
                _definition.PreTokenizer.Split(text.AsSpan(part.Start, part.Length), position + part.Start, encode);
            }
        }
    }

    private void EncodeWithStarts(ReadOnlySpan<char> word, int start, List<int> result, List<int> starts)
    {
        int before = result.Count;
        _encoder.Encode(word, result);
        int[] characters = _encoder.CharacterOfBytes(word);
        int bytes = 0;
        foreach (int id in result.Skip(before))
        {
            // A space that the pre-tokenizer put in front lies before the text.
            starts.Add(Math.Max(0, start + characters[bytes]));
            bytes += _tokens[id].Bytes.Length;
        }
    }

    /// <summary>Half a surrogate pair, which has no normal form, becomes U+FFFD, as it does when text is encoded.</summary>
    private string Normalize(string text) =>
        _definition.NormalizesToFormC ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Normalize(NormalizationForm.FormC) : text;

    private static void Append(IReadOnlyList<int> added, int position, List<int> result, List<int>? starts)
    {
        result.AddRange(added);
        starts?.AddRange(Enumerable.Repeat(position, added.Count));
    }
}
