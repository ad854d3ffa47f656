using System.Text.Json;
using AdapterToolkit.Checkpoints;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Llama;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>SmolLM2-135M-Instruct against what transformers and PEFT compute for it. Skips where ADAPTER_MODELS is not set.</summary>
public class RealModelTests
{
    private const string Name = "smollm2-135m-instruct";

    [Fact]
    [Trait("Device", "cpu")]
    public void Answers_chats_as_the_reference_does()
    {
        string folder = Models.FolderOf(Name);
        using JsonDocument expected = Expected(folder);
        Tokenizer tokenizer = Tokenizer.FromFile(Path.Combine(folder, "tokenizer.json"));
        ChatTemplate template = ChatTemplate.FromFolder(folder);
        using CpuDevice device = new();
        using LlamaModel model = LlamaModel.Load(folder, device);
        int end = tokenizer.IdOf(template.EndOfMessage)!.Value;
        Assert.NotEqual(0, expected.RootElement.GetProperty("chats").GetArrayLength());
        foreach (JsonElement chat in expected.RootElement.GetProperty("chats").EnumerateArray())
        {
            ChatMessage[] messages = [.. chat.GetProperty("messages").EnumerateArray().Select(message => new ChatMessage(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!))];
            string text = template.Render(messages, addGenerationPrompt: true);
            Assert.Equal(chat.GetProperty("text").GetString(), text);
            int[] ids = tokenizer.Encode(text, addSpecialTokens: false);
            Assert.Equal(Ids(chat.GetProperty("ids")), ids);
            AssertTop5(chat, model.NextTokenLogits(ids));
            int[] greedy = Ids(chat.GetProperty("greedyIds"));
            Assert.Equal(greedy, model.Generate(ids, greedy[^1] == end ? greedy.Length + 1 : greedy.Length, [end]));
            Assert.Equal(chat.GetProperty("greedyText").GetString(), tokenizer.Decode(greedy, skipSpecialTokens: true));
        }
    }

    [Fact]
    [Trait("Device", "opencl")]
    public void Gives_the_first_chats_logits_on_OpenCL()
    {
        string folder = Models.FolderOf(Name);
        using JsonDocument expected = Expected(folder);
        using Device device = TestDevices.Open("opencl:0");
        using LlamaModel model = LlamaModel.Load(folder, device);
        JsonElement chat = expected.RootElement.GetProperty("chats")[0];
        AssertTop5(chat, model.NextTokenLogits(Ids(chat.GetProperty("ids"))));
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void Trains_an_adapter_as_the_reference_does()
    {
        string folder = Models.FolderOf(Name);
        using JsonDocument expected = Expected(folder);
        JsonElement heldOut = expected.RootElement.GetProperty("heldOut"), lora = expected.RootElement.GetProperty("lora");
        Tokenizer tokenizer = Tokenizer.FromFile(Path.Combine(folder, "tokenizer.json"));
        int[] heldOutIds = Ids(heldOut.GetProperty("ids"));
        Assert.Equal(heldOutIds, tokenizer.Encode(heldOut.GetProperty("text").GetString()!, addSpecialTokens: false));
        using CpuDevice device = new();
        using LlamaModel model = LlamaModel.Load(folder, device);
        TokenIds heldOutTokens = new(1, heldOutIds.Length, heldOutIds);
        AssertRelative(heldOut.GetProperty("meanLoss").GetDouble(), model.Loss(heldOutTokens, heldOutIds).Mean, 1e-4);

        model.Adapter.Load(Path.Combine(folder, lora.GetProperty("adapter").GetString()!));
        AssertRelative(heldOut.GetProperty("meanLoss").GetDouble(), model.Loss(heldOutTokens, heldOutIds).Mean, 1e-4);
        int[][] rows = [.. lora.GetProperty("inputIds").EnumerateArray().Select(Ids)];
        int[] labels = [.. lora.GetProperty("labels").EnumerateArray().SelectMany(Ids)];
        int length = rows[0].Length;
        int[] lengths = [.. Enumerable.Range(0, rows.Length).Select(row => LengthOf(labels.AsSpan(row * length, length)))];
        TokenIds tokens = new(rows.Length, length, [.. rows.SelectMany(row => row)], lengths);
        JsonElement settings = lora.GetProperty("optimizer");
        using AdamW optimizer = new(
            settings.GetProperty("learningRate").GetSingle(),
            settings.GetProperty("beta1").GetDouble(),
            settings.GetProperty("beta2").GetDouble(),
            settings.GetProperty("epsilon").GetDouble(),
            settings.GetProperty("weightDecay").GetDouble());
        double[] losses = [.. lora.GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble())];
        Assert.NotEmpty(losses);
        for (int step = 0; step < losses.Length; step++)
        {
            AssertRelative(losses[step], model.ForwardBackward(tokens, labels).Mean, step == 0 ? 1e-4 : 1e-3);
            optimizer.Step(model.TrainableParameters, optimizer.LearningRate);
            foreach (Parameter parameter in model.TrainableParameters)
                parameter.ClearGradient();
        }

        AssertRelative(lora.GetProperty("heldOutLossAfter").GetDouble(), model.Loss(heldOutTokens, heldOutIds).Mean, 1e-3);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void Counts_the_parameters_of_rank_8_as_PEFT_does()
    {
        string folder = Models.FolderOf(Name);
        using CpuDevice device = new();
        using LlamaModel model = LlamaModel.Load(folder, device);
        model.Adapter.Initialize(seed: 0);
        Assert.Equal(134_515_008, model.BaseParameters);
        Assert.Equal(2_442_240, model.TrainableParameterCount);
    }

    private static JsonDocument Expected(string folder) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(id => id.GetInt32())];

    /// <summary>How many tokens come before the padding, which is where labels are ignored to the end.</summary>
    private static int LengthOf(ReadOnlySpan<int> labels) => labels.LastIndexOfAnyExcept(ChatTokens.Ignored) + 1;

    private static void AssertTop5(JsonElement chat, float[] logits)
    {
        JsonElement top = chat.GetProperty("top5");
        float[] expected = [.. top.GetProperty("logits").EnumerateArray().Select(logit => logit.GetSingle())];
        int[] ids = Ids(top.GetProperty("ids"));
        Close.Assert(expected, [.. ids.Select(id => logits[id])], 2e-3, "the five largest logits");
        Assert.Equal(ids[0], Array.IndexOf(logits, logits.Max()));
    }

    private static void AssertRelative(double expected, double actual, double tolerance) =>
        Assert.True(Math.Abs(actual - expected) <= tolerance * Math.Abs(expected), $"The loss is {actual:G9}, expected {expected:G9} within {tolerance:G2} of it.");
}
