using AdapterToolkit.Checkpoints;
using AdapterToolkit.Training;

namespace FineTune.Data;

/// <summary>Turns texts and conversations into tokens, as the checkpoint's tokenizer and chat template say.</summary>
internal sealed class TextEncoder
{
    private const string EndOfTextToken = "<|endoftext|>";
    private const string Assistant = "assistant";
    private const int PromptWords = 4;

    private readonly string _folder;
    private readonly LlamaConfig _config;
    private ChatTemplate? _chatTemplate;

    /// <summary>Reads the tokenizer of a checkpoint. Its chat template is read when a conversation needs it.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="config">The checkpoint's configuration.</param>
    public TextEncoder(string folder, LlamaConfig config)
    {
        _folder = folder;
        _config = config;
        Tokenizer = Tokenizer.FromFile(Path.Combine(folder, Tokenizer.FileName));
        Separator = Tokenizer.IdOf(EndOfTextToken) ?? config.BeginningOfTextId ?? (config.EndOfTextIds is [int end, ..] ? end : 0);
    }

    /// <summary>The checkpoint's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>
    /// The token between texts: <c>&lt;|endoftext|&gt;</c> where the vocabulary has it, which is token 0 of the sample's base
    /// and of SmolLM2, else the one that the configuration says texts begin with.
    /// </summary>
    public int Separator { get; }

    /// <summary>Tokens at which a continuation ends.</summary>
    public int[] EndTokens => [.. _config.EndOfTextIds, Separator];

    /// <summary>What ends an answer in a conversation.</summary>
    public EndTokens AnswerEnd => AdapterToolkit.Checkpoints.EndTokens.FromFolder(_folder, ChatTemplate, Tokenizer);

    /// <summary>The longest sequence that the model takes, in tokens.</summary>
    public int MaximumPositions => _config.MaxPositions;

    private ChatTemplate ChatTemplate => _chatTemplate ??= ChatTemplate.FromFolder(_folder);

    /// <summary>The tokens of a text, none added.</summary>
    /// <param name="text">The text.</param>
    public int[] Encode(string text) => Tokenizer.Encode(text, addSpecialTokens: false);

    /// <summary>A conversation in the checkpoint's chat template, of which the assistant's tokens are learned.</summary>
    /// <param name="conversation">The conversation.</param>
    public TrainingSequence Encode(Conversation conversation)
    {
        ChatTokens tokens = ChatTemplate.Encode(Tokenizer, conversation.Messages);
        return new TrainingSequence(tokens.Ids, tokens.Labels);
    }

    /// <summary>The user's own prompt: continued as text, or answered where the data are conversations.</summary>
    /// <param name="text">The prompt.</param>
    /// <param name="asMessage">Whether it is a user's message.</param>
    public Prompt PromptOf(string text, bool asMessage) =>
        asMessage ? Answering([new ChatMessage("user", text)], text) : new Prompt(text, [Separator, .. Encode(text)]);

    /// <summary>The first words of a text.</summary>
    /// <param name="text">The text.</param>
    public Prompt PromptOf(string text) => PromptOf(string.Join(' ', text.Split(' ').Take(PromptWords)), asMessage: false);

    /// <summary>A conversation up to the assistant's first message.</summary>
    /// <param name="conversation">The conversation.</param>
    public Prompt PromptOf(Conversation conversation)
    {
        ChatMessage[] before = [.. conversation.Messages.TakeWhile(message => message.Role != Assistant)];
        return Answering(before, before[^1].Content);
    }

    private Prompt Answering(IReadOnlyList<ChatMessage> messages, string shown) =>
        new(shown, Tokenizer.Encode(ChatTemplate.Render(messages, addGenerationPrompt: true), addSpecialTokens: false));
}
