using System.Text.Json.Nodes;

namespace AdapterToolkit.Formats;

/// <summary>
/// Turns conversations into tokens, for training and for generation. What training sees before an answer are exactly the tokens that generation starts
/// from: the generation prompt is encoded by itself, the answer by itself, so that no token reaches from one into the other.
/// </summary>
/// <remarks>
/// The answers are found by the template's own rendering. With the messages before an answer it is rendered once to be continued (the generation prompt), and
/// with the answer once more: what the second text has beyond the first is the answer, up to the token that ends its message. Where the template marks what
/// the assistant writes (<c>{% generation %}</c>), what it marks is learned in place of that.
/// </remarks>
public sealed class ChatEncoder
{
    private readonly ModelTokenizer _tokenizer;

    /// <summary>Creates an encoder.</summary>
    /// <param name="template">The chat template.</param>
    /// <param name="tokenizer">The checkpoint's tokenizer.</param>
    public ChatEncoder(ChatTemplate template, ModelTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(tokenizer);
        Template = template;
        _tokenizer = tokenizer;
    }

    /// <summary>The chat template.</summary>
    public ChatTemplate Template { get; }

    /// <summary>The time that templates with a date write, the same for all conversations. By default the local time at which the encoder was made.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.Now;

    /// <summary>The tokens of the text that an answer continues: the messages, and the beginning of the assistant's next one.</summary>
    /// <param name="messages">The messages before the answer.</param>
    /// <param name="tools">The tools that the assistant can call.</param>
    /// <param name="variables">Further variables of the template.</param>
    /// <exception cref="ArgumentException">The template can not render the messages.</exception>
    public int[] EncodePrompt(IReadOnlyList<ChatTurn> messages, IReadOnlyList<JsonNode>? tools = null,
        IReadOnlyDictionary<string, JsonNode?>? variables = null) =>
        _tokenizer.Encode(Template.Render(messages, OptionsOf(tools, variables)), addSpecialTokens: false);

    /// <summary>
    /// Encodes a conversation for training. It is one sequence where each generation prompt begins with all that was said before; where it does not (templates
    /// that drop the thoughts of earlier answers, for one), each answer is a sequence of its own, after the prompt that it would be given for.
    /// </summary>
    /// <param name="conversation">The conversation. What follows its last answer teaches nothing and is left out.</param>
    /// <returns>The sequences; none where the assistant says nothing, or nothing that the template marks.</returns>
    /// <exception cref="ArgumentException">
    /// The template can not render the messages, or writes an answer otherwise than after its own generation prompt; or the conversation is so long, of some
    /// thousands of turns, that rendering it for each of them is too much work. The message names <see cref="Conversation.Source"/>.
    /// </exception>
    public IReadOnlyList<ChatTokens> Encode(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        return EncoderOf(conversation).Encode();
    }

    /// <summary>What encodes one conversation as <see cref="Encode"/> does, and can be stopped.</summary>
    internal ConversationEncoder EncoderOf(Conversation conversation) =>
        new(conversation, Template, _tokenizer, OptionsOf(conversation.Tools, conversation.Variables));

    private ChatTemplateOptions OptionsOf(IReadOnlyList<JsonNode>? tools, IReadOnlyDictionary<string, JsonNode?>? variables) =>
        new() { AddGenerationPrompt = true, Tools = tools, Variables = variables, Clock = new StoppedClock(Now) };
}
