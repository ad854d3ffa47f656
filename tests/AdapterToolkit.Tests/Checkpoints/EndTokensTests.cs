using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Checkpoints.Chat;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>What ends an answer: the template's end of message and <c>eos_token_id</c> of two files.</summary>
public sealed class EndTokensTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_template_s_end_comes_first_and_then_both_files()
    {
        string folder = Fixtures.OwnPathOf("cases", "03-answers-do-not-end-at-the-chat-template-s-end");
        ModelTokenizer tokenizer = ModelTokenizer.FromFile(Fixtures.PathOf("tokenizer", "smollm.tokenizer.json"));
        ChatTemplate template = ChatTemplate.Parse(ChatCases.ChatMl, "test");

        // config.json says 0, generation_config.json says 2, and the template's <|im_end|> is token 2.
        Assert.Equal([2, 0], EndTokens.FromFolder(folder).Ids);
        Assert.Equal([2, 0], EndTokens.FromFolder(folder, template, tokenizer).Ids);
        File.WriteAllText(_folder["config.json"], """{"eos_token_id": 0}""");
        Assert.Equal([2, 0], EndTokens.FromFolder(_folder.Path, template, tokenizer).Ids);
        Assert.Null(EndTokens.FromFolder(_folder.Path, template, tokenizer).StopText);
    }

    [Theory]
    [InlineData("""{"eos_token_id": 7}""", """{"eos_token_id": [3, 7]}""", new[] { 3, 7 })]
    [InlineData("""{"eos_token_id": [7, 8, 7]}""", null, new[] { 7, 8 })]
    [InlineData("""{"eos_token_id": null}""", """{"eos_token_id": 4}""", new[] { 4 })]
    [InlineData("""{}""", """{}""", new int[0])]
    [InlineData(null, """{"eos_token_id": []}""", new int[0])]
    public void A_number_a_list_and_nothing_are_read(string? config, string? generation, int[] expected)
    {
        Write("config.json", config);
        Write("generation_config.json", generation);

        Assert.Equal(expected, EndTokens.FromFolder(_folder.Path).Ids);
    }

    [Theory]
    [InlineData("\"</s>\"")]
    [InlineData("[1, -2]")]
    [InlineData("[[1]]")]
    [InlineData("1.5")]
    [InlineData("{}")]
    [InlineData("9999999999")]
    public void What_is_no_token_is_refused_by_file_and_key(string value)
    {
        foreach (string name in (string[])["config.json", "generation_config.json"])
        {
            string path = _folder[name];
            File.WriteAllText(path, $$"""{"eos_token_id": {{value}}}""");
            CheckpointException refused = Assert.Throws<CheckpointException>(() => EndTokens.FromFolder(_folder.Path));
            Assert.Equal(path, refused.FilePath);
            Assert.Contains("eos_token_id", refused.Message, StringComparison.Ordinal);
            File.Delete(path);
        }
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_no_file_that_was_never_there()
    {
        File.CreateSymbolicLink(_folder["generation_config.json"], _folder["gone"]);

        CheckpointException lost = Assert.Throws<CheckpointException>(() => EndTokens.FromFolder(_folder.Path));
        Assert.Contains("generation_config.json", lost.Message, StringComparison.Ordinal);
        Assert.Contains("gone", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_end_that_the_tokenizer_has_no_token_for_ends_the_text()
    {
        const string llama3 =
            "{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' "
            + "+ message['content'] + '<|eot_id|>' }}{% endfor %}";
        ModelTokenizer tokenizer = ModelTokenizer.FromFile(Fixtures.PathOf("tokenizer", "smollm.tokenizer.json"));
        File.WriteAllText(_folder["config.json"], """{"eos_token_id": 0}""");

        EndTokens ends = EndTokens.FromFolder(_folder.Path, ChatTemplate.Parse(llama3, "test"), tokenizer);

        Assert.Equal([0], ends.Ids);
        Assert.Equal("<|eot_id|>", ends.StopText);
        Assert.Equal("Paris.", ends.BeforeStopText("Paris.<|eot_id|><|start_header_id|>user"));
        Assert.Equal("Paris.", ends.BeforeStopText("Paris."));
    }

    [Fact]
    public void Given_tokens_are_kept_once_and_must_be_ids()
    {
        Assert.Equal([5, 3], EndTokens.Of(5, 3, 5).Ids);
        Assert.Equal("Paris.", EndTokens.Of(5).BeforeStopText("Paris."));
        Assert.Throws<ArgumentOutOfRangeException>(() => EndTokens.Of(-1));
    }

    private void Write(string name, string? text)
    {
        if (text is not null)
            File.WriteAllText(_folder[name], text);
    }
}
