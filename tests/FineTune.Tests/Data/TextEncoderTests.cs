using AdapterToolkit.Checkpoints;
using AdapterToolkit.Training;
using FineTune.Data;
using Xunit;

namespace FineTune.Tests.Data;

/// <summary>Conversations in the form of a checkpoint that has a chat template: the sample's base model with ChatML's.</summary>
public sealed class TextEncoderTests : IDisposable
{
    private const string ChatMl =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private readonly string _folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;
    private readonly TextEncoder _encoder;

    public TextEncoderTests()
    {
        string source = Path.Combine(AppContext.BaseDirectory, "base-model");
        foreach (string name in (string[])[LlamaConfig.FileName, Tokenizer.FileName])
            File.Copy(Path.Combine(source, name), Path.Combine(_folder, name));
        File.WriteAllText(Path.Combine(_folder, "chat_template.jinja"), ChatMl);
        _encoder = new TextEncoder(_folder, LlamaConfig.FromFile(Path.Combine(_folder, LlamaConfig.FileName)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_separator_is_the_token_that_ends_texts() => Assert.Equal(0, _encoder.Separator);

    [Fact]
    public void Only_the_assistants_tokens_and_their_end_are_learned()
    {
        TrainingSequence sequence = _encoder.Encode(new Conversation([new("user", "What is it?"), new("assistant", "A reader."), new("user", "Sure?"), new("assistant", "Yes.")]));

        int[] learned = [.. sequence.Labels.ToArray().Where(label => label != ChatTokens.Ignored)];

        Assert.Equal("A reader.<|im_end|>Yes.<|im_end|>", _encoder.Tokenizer.Decode(learned, skipSpecialTokens: false));
        Assert.All(sequence.Ids.ToArray().Zip(sequence.Labels.ToArray()), pair => Assert.True(pair.Second == ChatTokens.Ignored || pair.Second == pair.First));
    }

    [Fact]
    public void A_conversations_prompt_ends_where_the_assistant_begins()
    {
        Prompt prompt = _encoder.PromptOf(new Conversation([new("system", "Be brief."), new("user", "What is it?"), new("assistant", "A reader.")]));

        Assert.Equal("What is it?", prompt.Text);
        Assert.Equal("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhat is it?<|im_end|>\n<|im_start|>assistant\n", _encoder.Tokenizer.Decode(prompt.Ids, skipSpecialTokens: false));
    }

    [Fact]
    public void Conversations_are_cut_to_the_sequence_and_those_without_an_answer_left_are_dropped()
    {
        Conversation brief = new([new("user", "Q"), new("assistant", string.Join(' ', Enumerable.Repeat("word", 100)))]);
        Conversation wordy = new([new("user", string.Join(' ', Enumerable.Repeat("word", 100))), new("assistant", "A")]);
        Corpus corpus = new("test", [], [brief, wordy, brief, wordy]);

        PreparedData data = corpus.Prepare(_encoder, sequenceLength: 48);

        Assert.All(data.Training.Concat(data.HeldOut), sequence => Assert.Equal(48, sequence.Ids.Length));
        Assert.NotEmpty(data.Training.Concat(data.HeldOut));
    }
}
