using System.Text.Json;
using AdapterToolkit.Checkpoints;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

public class ChatTemplateTests
{
    private const string ChatMl = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private static readonly ChatMessage[] s_talk = [new("user", " Hi "), new("assistant", "Hello!")];

    [Fact]
    public void Templates_are_found_in_all_files_in_transformers_order()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no chat template", Assert.Throws<CheckpointException>(() => ChatTemplate.FromFolder(folder.Path)).Message);
        File.WriteAllText(folder["chat_template.json"], JsonSerializer.Serialize(new { chat_template = "processor" }));
        Assert.Equal("processor", ChatTemplate.FromFolder(folder.Path).Render(s_talk));
        File.WriteAllText(folder["tokenizer_config.json"], JsonSerializer.Serialize(new { bos_token = new { content = "<s>" }, chat_template = "{{ bos_token }}settings" }));
        Assert.Equal("<s>settings", ChatTemplate.FromFolder(folder.Path).Render(s_talk));
        File.WriteAllText(folder["chat_template.jinja"], ChatMl);
        Assert.StartsWith("<|im_start|>user", ChatTemplate.FromFolder(folder.Path).Render(s_talk));
    }
}
