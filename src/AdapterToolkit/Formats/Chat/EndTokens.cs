using System.Globalization;
using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>
/// What ends an answer of a model, in one place: the end of message of its chat template, and <c>eos_token_id</c> of its
/// <c>generation_config.json</c> and its <c>config.json</c>.
/// </summary>
/// <remarks>
/// The files of chat models do not always agree: <c>config.json</c> often keeps the end of text of the base, while the
/// template ends messages with a token of its own. As in transformers, each of the tokens ends an answer.
/// </remarks>
public sealed class EndTokens
{
    /// <summary>The entry of both files.</summary>
    internal const string Key = "eos_token_id";

    private EndTokens(IEnumerable<int> ids, string? stopText)
    {
        Ids = [.. ids.Distinct()];
        StopText = stopText;
    }

    /// <summary>The tokens, each once: the template's end of message, then those of <c>generation_config.json</c>, then those of <c>config.json</c>.</summary>
    public IReadOnlyList<int> Ids { get; }

    /// <summary>
    /// The template's end of message where the tokenizer has no token for it, so that an answer ends where its text says this;
    /// null where <see cref="Ids"/> say it all.
    /// </summary>
    public string? StopText { get; }

    /// <summary>Given tokens.</summary>
    /// <param name="ids">The tokens' ids.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative.</exception>
    public static EndTokens Of(params IReadOnlyList<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        foreach (int id in ids)
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(ids));
        return new EndTokens(ids, stopText: null);
    }

    /// <summary>What ends a text by the files of a checkpoint, without its chat template. A file that is not there says nothing.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <exception cref="CheckpointException">A file is malformed, or its <c>eos_token_id</c> is neither a token's id nor a list of them.</exception>
    public static EndTokens FromFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new EndTokens([.. IdsOf(Path.Combine(folder, FileNames.GenerationSettings)), .. IdsOf(Path.Combine(folder, FileNames.Configuration))],
            stopText: null);
    }

    /// <summary>What ends an answer in a conversation: the template's end of message, and what the files of the checkpoint say.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="template">The template that conversations are rendered with.</param>
    /// <param name="tokenizer">The checkpoint's tokenizer.</param>
    /// <exception cref="CheckpointException">A file is malformed, or its <c>eos_token_id</c> is neither a token's id nor a list of them.</exception>
    public static EndTokens FromFolder(string folder, ChatTemplate template, ModelTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(tokenizer);
        EndTokens files = FromFolder(folder);
        string end = template.EndOfMessage?.Trim() ?? "";
        if (end.Length == 0)
            return files;
        return TokenOf(end, tokenizer) is { } id ? new EndTokens([id, .. files.Ids], stopText: null) : new EndTokens(files.Ids, end);
    }

    /// <summary>An answer's text up to <see cref="StopText"/>; the whole where there is none.</summary>
    /// <param name="answer">The decoded answer.</param>
    public string BeforeStopText(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        int end = StopText is null ? -1 : answer.IndexOf(StopText, StringComparison.Ordinal);
        return end < 0 ? answer : answer[..end];
    }

    /// <summary>The tokens as JSON: a number where there is one, a list where there are several.</summary>
    internal string ToJson()
    {
        string list = string.Join(", ", Ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));
        return Ids.Count == 1 ? list : $"[{list}]";
    }

    /// <summary>The ids of an <c>eos_token_id</c>: none, a number or a list.</summary>
    internal static int[] Read(JsonObject json)
    {
        return json.Find(Key) switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(Id)],
            { } single => [Id(single)],
        };

        int Id(JsonElement element)
            => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int id) && id >= 0
                ? id
                : throw json.Error(Key, "is not a token's id or a list of them.");
    }

    private static int[] IdsOf(string path) => File.Exists(path) ? JsonFile.Read(path, Read) : [];

    /// <summary>
    /// The token that comes first in a template's end of message: the only one, or a special one, after which templates write
    /// line breaks and the next message's header.
    /// </summary>
    private static int? TokenOf(string end, ModelTokenizer tokenizer) => tokenizer.Encode(end, addSpecialTokens: false) switch
    {
        [int only] => only,
        [int first, ..] when tokenizer.Decode([first], skipSpecialTokens: true).Length == 0 => first,
        _ => null,
    };
}
