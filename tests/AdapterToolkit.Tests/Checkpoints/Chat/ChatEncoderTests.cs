using System.Text.Json;
using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints.Chat;

/// <summary>
/// Conversations as tokens: what stands before an answer is the generation prompt, token by token, and the whole answer is learned, however answer and prompt
/// would merge as one text, and whatever the template does to earlier messages.
/// </summary>
public sealed class ChatEncoderTests
{
    private const string Header = "<|im_start|>assistant\n", End = "<|im_end|>";

    /// <summary>Answers whose beginning merges with the end of a prompt, or whose end with what follows.</summary>
    public static TheoryData<string, string> Answers
    {
        get
        {
            TheoryData<string, string> rows = [];
            foreach (string tokenizer in (string[])["smollm", "gpt2", "llama3"])
            {
                foreach (string answer in (string[])["   indented code", "\n\nHello world", "\t\tx", "\r\n1", "'s", "12345", "\u0301 accent", " ", "\n",
                    "a\n\n", "e\u0301\u200d\U0001F600", "<|im_start|>x"])
                    rows.Add(tokenizer, answer);
            }

            return rows;
        }
    }

    [Theory]
    [InlineData("indented.json", "   indented code<|im_end|>")]
    [InlineData("line-breaks.json", "\n\nHello world<|im_end|>")]
    public void The_case_of_white_space_keeps_prompt_and_answer_apart(string name, string answer)
    {
        ModelTokenizer tokenizer = ChatCases.TokenizerOf("smollm");
        ChatEncoder encoder = new(ChatCases.Golden("chatml-generation"), tokenizer);
        byte[] json = File.ReadAllBytes(Fixtures.OwnPathOf("cases", "05-answer-that-begins-with-white-space", name));
        ChatTurn[] messages = [.. JsonDocument.Parse(json).RootElement.EnumerateArray().Select(ChatTurn.FromJson)];

        ChatTokens tokens = Assert.Single(encoder.Encode(new Conversation(messages)));

        int[] prompt = tokenizer.Encode("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", addSpecialTokens: false);
        Assert.Equal(tokenizer.Encode("\n", addSpecialTokens: false), prompt[^1..]);
        Assert.Equal([.. prompt, .. tokenizer.Encode(answer, addSpecialTokens: false), prompt[^1]], tokens.Ids);
        Assert.Equal([.. Ignored(prompt.Length), .. tokenizer.Encode(answer, addSpecialTokens: false), ChatTokens.Ignored], tokens.Labels);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Before_each_answer_stand_the_prompt_s_own_tokens_and_all_of_the_answer_is_learned(string tokenizerName, string answer)
    {
        ModelTokenizer tokenizer = ChatCases.TokenizerOf(tokenizerName);
        foreach (ChatTemplate template in (ChatTemplate[])[ChatCases.Golden("chatml-generation"), ChatTemplate.Parse(ChatCases.ChatMl, "test")])
        {
            ChatEncoder encoder = new(template, tokenizer);
            ChatTurn[] messages = [new("user", "Q1"), new("assistant", answer), new("user", "Q2"), new("assistant", answer)];

            IReadOnlyList<ChatTokens> sequences = encoder.Encode(new Conversation(messages));

            int[] learned = tokenizer.Encode(answer + End, addSpecialTokens: false);
            AssertAnswers(encoder, sequences, messages, [(1, learned), (3, learned)]);
        }
    }

    [Fact]
    public void A_conversation_whose_prompts_contain_each_other_is_one_sequence()
    {
        ModelTokenizer tokenizer = ChatCases.TokenizerOf("smollm");
        ChatEncoder encoder = new(ChatTemplate.Parse(ChatCases.ChatMl, "test"), tokenizer);
        ChatTurn[] messages = [new("system", "S"), new("user", "Q1"), new("assistant", "A1"), new("user", "Q2"), new("assistant", "A2"),
            new("user", "left out")];

        ChatTokens tokens = Assert.Single(encoder.Encode(new Conversation(messages)));

        Assert.Equal(tokenizer.Encode($"<|im_start|>system\nS{End}\n<|im_start|>user\nQ1{End}\n{Header}A1{End}\n<|im_start|>user\nQ2{End}\n{Header}A2{End}\n",
            addSpecialTokens: false), tokens.Ids);
        Assert.Equal("A1<|im_end|>A2<|im_end|>", ChatCases.Learned(tokenizer, tokens));
    }

    [Fact]
    public void Where_thoughts_of_earlier_answers_are_dropped_each_answer_is_a_sequence_of_its_own()
    {
        ModelTokenizer tokenizer = ChatCases.TokenizerOf("smollm");
        ChatEncoder encoder = new(ChatCases.Golden("thinking-dropped"), tokenizer);
        ChatTurn[] messages = [new("user", "1+1?"), new("assistant", "<think>\nadd\n</think>\n\n2"), new("user", "2+2?"),
            new("assistant", "<think>\nadd again\n</think>\n\n4")];

        IReadOnlyList<ChatTokens> sequences = encoder.Encode(new Conversation(messages));

        Assert.Equal(
            [
                $"<|im_start|>user\n1+1?{End}\n{Header}<think>\nadd\n</think>\n\n2{End}\n",
                $"<|im_start|>user\n1+1?{End}\n{Header}2{End}\n<|im_start|>user\n2+2?{End}\n{Header}<think>\nadd again\n</think>\n\n4{End}\n",
            ],
            sequences.Select(tokens => tokenizer.Decode(tokens.Ids, skipSpecialTokens: false)));
        Assert.Equal([$"<think>\nadd\n</think>\n\n2{End}", $"<think>\nadd again\n</think>\n\n4{End}"],
            sequences.Select(tokens => ChatCases.Learned(tokenizer, tokens)));
    }

    [Fact]
    public void Variables_reach_the_template()
    {
        ModelTokenizer tokenizer = ChatCases.TokenizerOf("smollm");
        ChatEncoder encoder = new(ChatCases.Golden("thinking-dropped"), tokenizer);
        Dictionary<string, JsonNode?> variables = new() { ["enable_thinking"] = false };
        Conversation conversation = new([new("user", "1+1?"), new("assistant", "2")]) { Variables = variables };

        ChatTokens tokens = Assert.Single(encoder.Encode(conversation));

        Assert.Equal($"2{End}", ChatCases.Learned(tokenizer, tokens));
        Assert.Equal(encoder.EncodePrompt([.. conversation.Messages.Take(1)], variables: variables),
            tokens.Ids[..^tokens.Labels.SkipWhile(label => label == ChatTokens.Ignored).Count()]);
    }

    [Fact]
    public void Tools_and_calls_reach_the_template()
    {
        ModelTokenizer tokenizer = ChatCases.TokenizerOf("smollm");
        ChatEncoder encoder = new(ChatTemplate.Parse(
            "{% for t in tools or [] %}{{ t.name }};{% endfor %}{% for m in messages %}[{{ m.role }}]{{ m.content or '' }}{% for c in m.tool_calls or [] "
            + "%}<{{ c.function.name }}>{% endfor %}<|im_end|>{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}",
            "test"), tokenizer);
        ChatTurn call = ChatTurn.FromJson(
            JsonDocument.Parse("""{"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f", "arguments": {}}}]}""").RootElement);
        Conversation conversation = new([new("user", "Q"), call, new("tool", "7"), new("assistant", "A")]) { Tools = [JsonNode.Parse("""{"name": "f"}""")!] };

        ChatTokens tokens = Assert.Single(encoder.Encode(conversation));

        Assert.Equal($"f;[user]Q{End}[assistant]<f>{End}[tool]7{End}[assistant]A{End}", tokenizer.Decode(tokens.Ids, skipSpecialTokens: false));
        Assert.Equal($"<f>{End}A{End}", ChatCases.Learned(tokenizer, tokens));
    }

    [Fact]
    public void Only_what_the_generation_tag_marks_of_the_assistant_s_messages_is_learned()
    {
        ModelTokenizer tokenizer = ChatCases.TokenizerOf("smollm");
        ChatEncoder encoder = new(ChatTemplate.Parse(
            "{% for m in messages %}{% if m.role == 'assistant' %}[assistant]{% if m.content != 'no' %}note:{% generation %}{{ m.content }}<|im_end|>{% "
            + "endgeneration %}{% else %}{{ m.content }}<|im_end|>{% endif %}\n{% else %}{% generation %}{{ m.content }}<|im_end|>{% endgeneration %}\n{% "
            + "endif %}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}",
            "test"), tokenizer);

        IReadOnlyList<ChatTokens> sequences = encoder.Encode(new Conversation([new("user", "Q1"), new("assistant", "A1"), new("user", "Q2"),
            new("assistant", "no"), new("user", "Q3"), new("assistant", "A3")]));

        Assert.Equal($"A1{End}A3{End}", string.Concat(sequences.Select(tokens => ChatCases.Learned(tokenizer, tokens))));
        Assert.Empty(encoder.Encode(new Conversation([new("user", "Q1"), new("assistant", "no")])));
    }

    [Fact]
    public void An_answer_of_weight_zero_is_read_and_not_learned()
    {
        ModelTokenizer tokenizer = ChatCases.TokenizerOf("smollm");
        ChatEncoder encoder = new(ChatTemplate.Parse(ChatCases.ChatMl, "test"), tokenizer);
        ChatTurn unlearned = ChatTurn.FromJson(JsonDocument.Parse("""{"role": "assistant", "content": "A1", "weight": 0}""").RootElement);

        ChatTokens tokens = Assert.Single(encoder.Encode(new Conversation([new("user", "Q1"), unlearned, new("user", "Q2"), new("assistant", "A2")])));

        Assert.Contains("A1<|im_end|>", tokenizer.Decode(tokens.Ids, skipSpecialTokens: false), StringComparison.Ordinal);
        Assert.Equal($"A2{End}", ChatCases.Learned(tokenizer, tokens));
    }

    [Fact]
    public void All_conversations_have_the_date_of_the_encoder()
    {
        ModelTokenizer tokenizer = ChatCases.TokenizerOf("smollm");
        ChatEncoder encoder = new(ChatCases.Golden("header-blocks"), tokenizer) { Now = new DateTimeOffset(2024, 2, 29, 23, 59, 59, TimeSpan.FromHours(-11)) };

        ChatTokens tokens = Assert.Single(encoder.Encode(new Conversation([new("user", "Q"), new("assistant", "A")])));

        Assert.Contains("Today: 29 Feb 2024", tokenizer.Decode(tokens.Ids, skipSpecialTokens: false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("header-blocks", "<|eot|>")]
    [InlineData("turns-model-role", "<end>")]
    [InlineData("inst-alternating", "</s>")]
    public void The_end_of_a_message_is_learned_whatever_it_is(string template, string end)
    {
        ModelTokenizer tokenizer = ChatCases.TokenizerOf("smollm");
        ChatEncoder encoder = new(ChatCases.Golden(template), tokenizer);
        ChatTurn[] messages = [new("user", "Q1"), new("assistant", "A1"), new("user", "Q2"), new("assistant", "A2")];

        IReadOnlyList<ChatTokens> sequences = encoder.Encode(new Conversation(messages));

        Assert.Equal($"A1{end}A2{end}",
            string.Concat(sequences.Select(tokens => ChatCases.Learned(tokenizer, tokens).TrimStart(' '))).Replace(" A", "A", StringComparison.Ordinal));
    }

    /// <summary>Of every golden conversation that renders, in every template: the law of prompts and answers.</summary>
    [Fact]
    public void The_golden_conversations_keep_the_law()
    {
        ModelTokenizer tokenizer = ChatCases.TokenizerOf("smollm");
        int answers = 0;
        foreach (JsonElement golden in ChatCases.Conversations.Where(golden => golden.TryGetProperty("text", out _)))
        {
            ChatEncoder encoder = new(ChatCases.Golden(golden.GetProperty("template").GetString()!), tokenizer);
            ChatTurn[] messages = [.. golden.GetProperty("messages").EnumerateArray().Select(ChatTurn.FromJson)];
            IReadOnlyList<ChatTokens> sequences;
            try
            {
                sequences = encoder.Encode(new Conversation(messages));
            }
            catch (ArgumentException)
            {
                continue;
            }

            foreach (ChatTokens tokens in sequences)
            {
                int start = Array.FindIndex(tokens.Labels, label => label != ChatTokens.Ignored);
                Assert.Contains(Enumerable.Range(0, messages.Length), count => messages[count].Role == "assistant"
                    && tokens.Ids.AsSpan(0, start).SequenceEqual(encoder.EncodePrompt(messages[..count])));
                Assert.All(tokens.Ids.Zip(tokens.Labels), pair => Assert.True(pair.Second == ChatTokens.Ignored || pair.Second == pair.First));
                answers++;
            }
        }

        Assert.InRange(answers, 20, 1000);
    }

    [Fact]
    public void An_answer_that_does_not_continue_its_prompt_is_an_error_that_names_it()
    {
        ChatEncoder encoder = new(ChatCases.Golden("inst-alternating"), ChatCases.TokenizerOf("smollm"));
        Conversation conversation = new([new("system", "S"), new("user", "Q"), new("assistant", "A")]) { Source = "chats.jsonl, line 3" };

        ArgumentException error = Assert.Throws<ArgumentException>(() => encoder.Encode(conversation));

        Assert.StartsWith("chats.jsonl, line 3: message 3: the chat template writes this answer otherwise than after its own generation prompt", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("'S", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_template_refuses_names_file_and_line()
    {
        ChatEncoder encoder = new(ChatCases.Golden("turns-model-role"), ChatCases.TokenizerOf("smollm"));
        Conversation conversation = new([new("system", "S"), new("user", "Q"), new("assistant", "A")]) { Source = "chats.jsonl, line 3" };

        ArgumentException error = Assert.Throws<ArgumentException>(() => encoder.Encode(conversation));

        Assert.StartsWith("chats.jsonl, line 3: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("System role not supported", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sequences_are_cut_and_counted()
    {
        ChatEncoder encoder = new(ChatCases.Golden("thinking-dropped"), ChatCases.TokenizerOf("smollm"));
        Conversation twoSequences = new([new("user", "1+1?"), new("assistant", "2"), new("user", "2+2?"), new("assistant", "4")]);
        int first = encoder.Encode(twoSequences)[0].Ids.Length, second = encoder.Encode(twoSequences)[1].Ids.Length;

        TrainingData whole = TrainingData.OfConversations([twoSequences], encoder, second, TestContext.Current.CancellationToken);
        TrainingData withoutSecond = TrainingData.OfConversations([twoSequences, twoSequences], encoder, first, TestContext.Current.CancellationToken);
        TrainingData nothing = TrainingData.OfConversations([twoSequences], encoder, 4, TestContext.Current.CancellationToken);

        Assert.Equal((2, 1, 0, 0), (whole.Sequences.Count, whole.Conversations, whole.ConversationsCut, whole.ConversationsLeftOut));
        Assert.Equal((2, 2, 0), (withoutSecond.Conversations, withoutSecond.ConversationsCut, withoutSecond.ConversationsLeftOut));
        Assert.Equal((0, 1, 0, 1), (nothing.Sequences.Count, nothing.Conversations, nothing.ConversationsCut, nothing.ConversationsLeftOut));
        using CancellationTokenSource stopped = new();
        stopped.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => TrainingData.OfConversations([twoSequences], encoder, 4, stopped.Token));
    }

    [Fact]
    public void The_encoding_of_one_conversation_stops_between_its_answers()
    {
        ChatEncoder encoder = new(ChatTemplate.Parse(ChatCases.ChatMl, "test"), ChatCases.TokenizerOf("smollm"));
        Conversation conversation = new([new("user", "Q1"), new("assistant", "A1"), new("user", "Q2"), new("assistant", "A2")]);
        using CancellationTokenSource stopped = new();
        stopped.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => encoder.EncoderOf(conversation).Encode(cancellationToken: stopped.Token));
    }

    /// <summary>Every answer is learned whole, once, right after its own prompt.</summary>
    private static void AssertAnswers(ChatEncoder encoder, IReadOnlyList<ChatTokens> sequences, ChatTurn[] messages,
        (int Message, int[] Learned)[] answers)
    {
        foreach ((int message, int[] learned) in answers)
        {
            int[] prompt = encoder.EncodePrompt(messages[..message]);
            ChatTokens tokens = Assert.Single(sequences, tokens => tokens.Ids.AsSpan().StartsWith([.. prompt, .. learned])
                && tokens.Labels.AsSpan(prompt.Length).StartsWith(learned));
            Assert.Equal(ChatTokens.Ignored, tokens.Labels[prompt.Length - 1]);
        }

        Assert.Equal(answers.Sum(answer => answer.Learned.Length), sequences.Sum(tokens => tokens.Labels.Count(label => label != ChatTokens.Ignored)));
    }

    private static IEnumerable<int> Ignored(int count) => Enumerable.Repeat(ChatTokens.Ignored, count);
}
