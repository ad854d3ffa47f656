using AdapterToolkit.Formats;
using AdapterToolkit.Models;
using AdapterToolkit.Training;

namespace FineTune.Data;

/// <summary>Turns texts and conversations into tokens, as the checkpoint's tokenizer and chat template say.</summary>
internal sealed class TextEncoder
{
    private const string EndOfTextToken = "<|endoftext|>";
    private const string Assistant = "assistant";
    private const int PromptWords = 4;
    private const int LongestPrompt = 1000;

    private readonly string _folder;
    private readonly CausalModelConfig _config;
    private readonly string? _chatTemplateFile;
    private ChatEncoder? _chats;

    /// <summary>Reads the tokenizer of a checkpoint. The chat template is read when a conversation needs it, or <see cref="ReadTemplate"/> is called.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="config">The checkpoint's configuration.</param>
    /// <param name="chatTemplateFile">The file of the chat template; null for the checkpoint's own.</param>
    public TextEncoder(string folder, CausalModelConfig config, string? chatTemplateFile = null)
    {
        _folder = folder;
        _config = config;
        _chatTemplateFile = chatTemplateFile;
        Tokenizer = ModelTokenizer.FromFile(Path.Combine(folder, ModelTokenizer.FileName));
        Separator = Tokenizer.IdOf(EndOfTextToken) ?? config.BeginningOfTextId ?? (config.EndOfTextIds is [int end, ..] ? end : 0);
    }

    /// <summary>The checkpoint's tokenizer.</summary>
    public ModelTokenizer Tokenizer { get; }

    /// <summary>
    /// The token between texts: <c>&lt;|endoftext|&gt;</c> where the vocabulary has it, which is token 0 of the sample's base
    /// and of SmolLM2, else the one that the configuration says texts begin with.
    /// </summary>
    public int Separator { get; }

    /// <summary>What ends an answer in a conversation.</summary>
    public EndTokens AnswerEnd => EndTokens.FromFolder(_folder, Chats.Template, Tokenizer);

    /// <summary>The longest sequence that the model takes, in tokens.</summary>
    public int MaximumPositions => _config.MaxPositions;

    /// <summary>The time that chat templates with a date write.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.Now;

    private ChatEncoder Chats => _chats ??= new ChatEncoder(ReadChatTemplate(), Tokenizer) { Now = Now };

    /// <summary>Reads the chat template, to know before a long work that it can be read.</summary>
    /// <exception cref="UserException">It can't.</exception>
    public void ReadTemplate() => WithTemplate(chats => chats.Template);

    /// <summary>Turns texts and conversations into sequences: windows of the texts, and the conversations in the chat template.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="conversations">The conversations.</param>
    /// <param name="sequenceLength">The most tokens of a sequence.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="UserException">There is no chat template, or a conversation does not fit it.</exception>
    public TrainingData Encode(
        IReadOnlyList<string> texts, IReadOnlyList<Conversation> conversations, int sequenceLength, CancellationToken cancellationToken = default)
    {
        List<int[]> tokens = [];
        foreach (string text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            tokens.Add(Encode(text));
        }

        TrainingData windows = TrainingData.OfTexts(tokens, Separator, sequenceLength);
        return conversations.Count == 0
            ? windows
            : windows.And(WithTemplate(chats => TrainingData.OfConversations(conversations, chats, sequenceLength, cancellationToken)));
    }

    /// <summary>The tokens of a text, none added.</summary>
    /// <param name="text">The text.</param>
    public int[] Encode(string text) => Tokenizer.Encode(text, addSpecialTokens: false);

    /// <summary>The user's own prompt: continued as text, or answered where the data are conversations.</summary>
    /// <param name="text">The prompt.</param>
    /// <param name="asMessage">Whether it is a user's message.</param>
    public Prompt PromptOf(string text, bool asMessage) =>
        asMessage
        ? Answering(new Conversation([new ChatTurn("user", text)]), text)
        : new Prompt(text, [Separator, .. Encode(text)], EndTokens.Of([.. EndTokens.FromFolder(_folder).Ids, Separator]));

    /// <summary>The first words of a text.</summary>
    /// <param name="text">The text.</param>
    public Prompt PromptOf(string text)
    {
        string beginning = text[..Math.Min(text.Length, LongestPrompt)];
        string line = beginning.Split('\n').FirstOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? beginning;
        return PromptOf(string.Join(' ', line.Split(' ').Take(PromptWords)), asMessage: false);
    }

    /// <summary>A conversation up to the assistant's first message.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <exception cref="UserException">The chat template does not take it.</exception>
    public Prompt PromptOf(Conversation conversation)
    {
        ChatTurn[] before = [.. conversation.Messages.TakeWhile(message => message.Role != Assistant)];
        return Answering(conversation with { Messages = before }, before[^1].Content);
    }

    private Prompt Answering(Conversation conversation, string shown)
    {
        int[] ids = WithTemplate(chats => chats.EncodePrompt(conversation.Messages, conversation.Tools, conversation.Variables));
        return new Prompt(shown, ids, AnswerEnd);
    }

    /// <summary>Whatever is wrong with the chat template, or between it and the data, the user can name another one.</summary>
    private T WithTemplate<T>(Func<ChatEncoder, T> use)
    {
        try
        {
            return use(Chats);
        }
        catch (CheckpointException exception)
        {
            throw new UserException($"{exception.Message} {(_chatTemplateFile is null ? "Supply" : "Correct the file or supply")} "
                + "a chat template with --chat-template FILE.");
        }
        catch (ArgumentException exception) when (exception is not (ArgumentNullException or ArgumentOutOfRangeException))
        {
            throw new UserException($"{exception.Message} Correct the data, or supply a chat template that takes them with --chat-template FILE.");
        }
    }

    private ChatTemplate ReadChatTemplate() => _chatTemplateFile is null ? ChatTemplate.FromFolder(_folder) : ChatTemplateFile.Read(_chatTemplateFile, _folder);
}
