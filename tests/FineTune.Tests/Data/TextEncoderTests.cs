using AdapterToolkit.Formats;
using AdapterToolkit.Models;
using AdapterToolkit.Training;
using FineTune.Data;
using Xunit;

namespace FineTune.Tests.Data;

/// <summary>Conversations in the form of a checkpoint that has a chat template: the sample's base model with ChatML's.</summary>
public sealed class TextEncoderTests : IDisposable
{
    private const string ChatMl =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
            + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;
    private readonly TextEncoder _encoder;

    public TextEncoderTests()
    {
        string source = Path.Combine(AppContext.BaseDirectory, "base-model");
        foreach (string name in (string[])[CausalModelConfig.FileName, ModelTokenizer.FileName])
            File.Copy(Path.Combine(source, name), Path.Combine(_folder, name));
        File.WriteAllText(Path.Combine(_folder, "chat_template.jinja"), ChatMl);
        _encoder = EncoderOf(chatTemplate: null);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_separator_is_the_token_that_ends_texts() => Assert.Equal(0, _encoder.Separator);

    [Fact]
    public void Only_the_assistants_tokens_and_their_end_are_learned()
    {
        TrainingSequence sequence =
            Assert.Single(SequencesOf(_encoder, [new("user", "What is it?"), new("assistant", "A reader."), new("user", "Sure?"), new("assistant", "Yes.")]));

        int[] learned = [.. sequence.Labels.ToArray().Where(label => label != ChatTokens.Ignored)];

        Assert.Equal("A reader.<|im_end|>Yes.<|im_end|>", _encoder.Tokenizer.Decode(learned, skipSpecialTokens: false));
        Assert.All(sequence.Ids.ToArray().Zip(sequence.Labels.ToArray()), pair => Assert.True(pair.Second == ChatTokens.Ignored || pair.Second == pair.First));
    }

    [Fact]
    public void A_conversations_prompt_ends_where_the_assistant_begins()
    {
        Prompt prompt = _encoder.PromptOf(new Conversation([new("system", "Be brief."), new("user", "What is it?"), new("assistant", "A reader.")]));

        Assert.Equal("What is it?", prompt.Text);
        Assert.Equal("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhat is it?<|im_end|>\n<|im_start|>assistant\n",
            _encoder.Tokenizer.Decode(prompt.Ids, skipSpecialTokens: false));
    }

    [Fact]
    public void A_text_s_prompt_is_the_beginning_of_its_first_line_with_words() =>
        Assert.Equal("One two three four", _encoder.PromptOf("\n \nOne two three four five\nsix").Text);

    [Fact]
    public void Conversations_that_are_cut_or_left_out_are_counted()
    {
        Conversation brief = new([new("user", "Q"), new("assistant", string.Join(' ', Enumerable.Repeat("word", 100)))]);
        Conversation wordy = new([new("user", string.Join(' ', Enumerable.Repeat("word", 100))), new("assistant", "A")]);
        Conversation whole = new([new("user", "Q"), new("assistant", "A")]);
        Corpus corpus = new("test", [], [brief, wordy, brief, wordy, wordy, whole]);

        PreparedData data = corpus.Prepare(_encoder, 48, TestContext.Current.CancellationToken);

        Assert.Equal(2, data.Training.Concat(data.HeldOut).Count(sequence => sequence.Ids.Length == 48));
        Assert.Equal(3, data.Training.Concat(data.HeldOut).Count());
        Assert.Equal(new DataCounts(0, 0, 6, 3, 2), data.Counts);
        Assert.Equal(
            ["3 of 6 conversations are left out: no answer begins within their first 48 tokens (--sequence).", "2 of 6 conversations "
                + "are cut to 48 tokens (--sequence), and lose the end of an answer or whole answers."],
            data.Notes);
    }

    [Fact]
    public void A_conversation_that_loses_only_what_is_not_learned_is_not_cut()
    {
        Conversation whole = new([new("user", "Q"), new("assistant", "A")]);
        int length = Assert.Single(Encode(_encoder, whole, 48).Sequences).Ids.Length;

        TrainingData withoutLineBreak = Encode(_encoder, whole, length - 1), withoutEnd = Encode(_encoder, whole, length - 2);

        Assert.Equal((0, 0), (withoutLineBreak.ConversationsCut, withoutLineBreak.ConversationsLeftOut));
        Assert.Equal((1, 0), (withoutEnd.ConversationsCut, withoutEnd.ConversationsLeftOut));
    }

    [Fact]
    public void A_file_s_chat_template_comes_before_the_checkpoint_s_own()
    {
        string file = Path.Combine(_folder, "own.jinja");
        File.WriteAllText(file,
            "{% for m in messages %}[{{ m.role }}] {{ m.content }}<|im_end|>{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}");
        TextEncoder encoder = EncoderOf(file);

        TrainingSequence sequence = Assert.Single(SequencesOf(encoder, [new("robot", "Q"), new("assistant", "A")]));

        Assert.Equal("[robot] Q<|im_end|>[assistant] A<|im_end|>", encoder.Tokenizer.Decode(sequence.Ids.Span, skipSpecialTokens: false));
    }

    [Fact]
    public void Without_a_chat_template_the_option_is_named()
    {
        File.Delete(Path.Combine(_folder, "chat_template.jinja"));

        UserException exception = Assert.Throws<UserException>(() => SequencesOf(EncoderOf(null), [new("user", "Q"), new("assistant", "A")]));

        Assert.Contains("no chat template", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--chat-template FILE", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_chat_template_refuses_is_named_by_file_and_line()
    {
        string file = Path.Combine(_folder, "own.jinja");
        File.WriteAllText(file,
            "{% for m in messages %}{% if m.role == 'robot' %}{{ raise_exception('No robots here') }}{% endif %}{{ m.content }}{% endfor %}");
        Conversation conversation = new([new("robot", "Q"), new("assistant", "A")]) { Source = "chats.jsonl, line 7" };

        UserException exception = Assert.Throws<UserException>(() => Encode(EncoderOf(file), conversation, 48));

        Assert.Contains("chats.jsonl, line 7", exception.Message, StringComparison.Ordinal);
        Assert.Contains("No robots here", exception.Message, StringComparison.Ordinal);
    }

    private TextEncoder EncoderOf(string? chatTemplate) => new(_folder, CausalModelConfig.FromFolder(_folder), chatTemplate);

    private static IReadOnlyList<TrainingSequence> SequencesOf(TextEncoder encoder, ChatTurn[] messages) =>
        Encode(encoder, new Conversation(messages), 4096).Sequences;

    private static TrainingData Encode(TextEncoder encoder, Conversation conversation, int sequenceLength) =>
        encoder.Encode([], [conversation], sequenceLength, TestContext.Current.CancellationToken);
}
