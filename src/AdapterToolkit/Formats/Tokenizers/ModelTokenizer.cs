using System.Text;
using System.Text.RegularExpressions;

namespace AdapterToolkit.Formats;

/// <summary>
/// A byte-level byte pair tokenizer, as a checkpoint's <c>tokenizer.json</c> describes it (the styles of GPT-2, SmolLM and Llama 3). Its ids are those
/// of Hugging Face's tokenizers library.
/// </summary>
/// <remarks>
/// Truncation and padding settings in the file are not applied, as in transformers, where each call sets its own.
/// Instances may be used from several threads.
/// </remarks>
public sealed class ModelTokenizer
{
    /// <summary>The file's name in a checkpoint's folder.</summary>
    public const string FileName = "tokenizer.json";

    private readonly TokenizerDefinition _definition;
    private readonly BytePairEncoder _encoder;
    private readonly AddedTokenFinder _inText;
    private readonly AddedTokenFinder _inNormalizedText;
    private readonly Dictionary<int, DecodedToken> _tokens = [];
    private readonly Dictionary<string, int> _ids;

    private ModelTokenizer(TokenizerDefinition definition)
    {
        _definition = definition;
        _encoder = new BytePairEncoder(definition.Vocabulary, definition.Merges, definition.IgnoreMerges);
        _inText = new AddedTokenFinder([.. definition.AddedTokens.Where(token => !token.Normalized)]);
        IEnumerable<AddedToken> normalized = definition.AddedTokens.Where(token => token.Normalized);
        _inNormalizedText = new AddedTokenFinder([.. normalized.Select(token => token with { Content = Normalize(token.Content) })]);
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

    /// <summary>How many characters from a border on must stay for the border to stay one, where a text changes behind it.</summary>
    internal int LookAhead => _inText.LookAhead;

    /// <summary>Reads a <c>tokenizer.json</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is malformed, or asks for something that is not supported; the message names it.</exception>
    public static ModelTokenizer FromFile(string path)
    {
        ForeignTokenizer.ThrowIfBeside(path);
        return new(JsonFile.Read(path, TokenizerDefinition.Read));
    }

    /// <summary>The id of a token given as it is in the file (byte-level characters, or an added token's text), or null.</summary>
    /// <param name="token">The token.</param>
    public int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <summary>Converts text to ids. Added tokens that the text spells out (such as <c>&lt;|im_end|&gt;</c>) are recognized.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">
    /// Whether to add the tokens that the file's template puts around a text. A chat template's text has its own: false there.
    /// </param>
    public int[] Encode(string text, bool addSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>((text.Length / 4) + 4);
        if (addSpecialTokens)
            ids.AddRange(_definition.Before);
        Append(text, start: 0, continues: false, ids);
        if (addSpecialTokens)
            ids.AddRange(_definition.After);
        return [.. ids];
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

    /// <summary>Appends the ids of a text that may go on from another one. No token reaches from that one into it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">
    /// Where to begin: at the text's start, or at a border of a text that begins with the same <see cref="LookAhead"/> characters behind it.
    /// </param>
    /// <param name="continues">Whether it goes on from text: then the space that some tokenizers put before a text is not put before it.</param>
    /// <param name="ids">Receives the ids.</param>
    /// <param name="borders">Receives the text's borders, from where it begins; null for nobody.</param>
    /// <returns>Whether what comes next would go on from text; not where an added token, or nothing, stands before it.</returns>
    /// <exception cref="CheckpointException">A regular expression of the file takes too long on the text.</exception>
    internal bool Append(string text, int start, bool continues, List<int> ids, List<TokenBorder>? borders = null)
    {
        try
        {
            foreach (AddedTokenFinder.Part part in _inText.Divide(text, start))
            {
                if (part.Token is not { } token)
                {
                    continues = AppendNormalized(Normalize(text.Substring(part.Start, part.Length)), continues, ids);
                    continue;
                }

                ids.Add(token.Id);
                continues = false;
                if (!token.StripRight)
                    borders?.Add(new TokenBorder(part.Start + part.Length, ids.Count));
            }

            return continues;
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new CheckpointException(_definition.FilePath, "a regular expression of the file takes too long on this text.", innerException: exception);
        }
    }

    /// <summary>
    /// Appends the ids of what lies between added tokens; it is normalized, and searched for the added tokens that are normalized too. The rest is words.
    /// </summary>
    private bool AppendNormalized(string text, bool continues, List<int> ids)
    {
        PieceHandler encode = (word, _) => _encoder.Encode(word, ids);
        foreach (AddedTokenFinder.Part part in _inNormalizedText.Divide(text))
        {
            if (part.Token is { } token)
                ids.Add(token.Id);
            else
                _definition.PreTokenizer.Split(text.AsSpan(part.Start, part.Length), continues, encode);
            continues = part.Token is null;
        }

        return continues;
    }

    /// <summary>Half a surrogate pair, which has no normal form, becomes U+FFFD, as it does when text is encoded.</summary>
    private string Normalize(string text) =>
        _definition.NormalizesToFormC ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Normalize(NormalizationForm.FormC) : text;
}
