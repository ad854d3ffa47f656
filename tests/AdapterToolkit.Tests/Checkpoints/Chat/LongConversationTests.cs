using AdapterToolkit.Formats;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints.Chat;

/// <summary>Conversations of many turns: what grows with their square is bounded, and what need not grow so does not.</summary>
public sealed class LongConversationTests
{
    private const string End = "<|im_end|>";

    /// <summary>Each turn is rendered, but what was encoded is not encoded again.</summary>
    [Theory]
    [InlineData("smollm")]
    [InlineData("llama3")]
    public void A_conversation_of_two_thousand_turns_is_encoded_once(string tokenizerName)
    {
        const int turns = 2000;
        ModelTokenizer tokenizer = ChatCases.TokenizerOf(tokenizerName);
        ChatTemplate template = ChatTemplate.Parse(ChatCases.ChatMl, "test");
        ChatTurn[] messages = [.. Enumerable.Range(0, turns).Select(turn => new ChatTurn(turn % 2 == 0 ? "user" : "assistant", $"turn {turn}"))];
        ConversationEncoder encoder = new(new Conversation(messages), template, tokenizer, new ChatTemplateOptions());

        ChatTokens tokens = Assert.Single(encoder.Encode(cancellationToken: TestContext.Current.CancellationToken));

        string text = template.Render(messages);
        Assert.Equal(tokenizer.Encode(text, addSpecialTokens: false), tokens.Ids);
        Assert.Equal(string.Concat(Enumerable.Range(0, turns / 2).Select(turn => $"turn {(2 * turn) + 1}{End}")), ChatCases.Learned(tokenizer, tokens));
        Assert.InRange(encoder.EncodedCharacters, text.Length, 4 * text.Length);
        Assert.InRange(encoder.Work, turns * turns, 60L * turns * turns);
    }

    [Fact]
    public void A_conversation_that_is_too_much_work_is_an_error_that_names_it()
    {
        ChatTurn[] messages = [.. Enumerable.Range(0, 100).SelectMany(turn => (ChatTurn[])[new("user", $"{turn}+1?"), new("assistant", $"{turn + 1}")])];
        Conversation conversation = new(messages) { Source = "chats.jsonl, line 3" };

        Refused(ChatTemplate.Parse(ChatCases.ChatMl, "test"), mostWork: 10_000, mostTokens: long.MaxValue);
        Refused(ChatCases.Golden("thinking-dropped"), mostWork: long.MaxValue, mostTokens: 10_000);

        void Refused(ChatTemplate template, long mostWork, long mostTokens)
        {
            ConversationEncoder encoder = new(conversation, template, ChatCases.TokenizerOf("smollm"), new ChatTemplateOptions());
            string message = Assert.Throws<ArgumentException>(() => encoder.Encode(mostWork, mostTokens)).Message;
            Assert.StartsWith("chats.jsonl, line 3: the conversation has 200 messages and 100 answers to learn", message, StringComparison.Ordinal);
            Assert.EndsWith("Divide it into shorter conversations.", message, StringComparison.Ordinal);
        }
    }
}
