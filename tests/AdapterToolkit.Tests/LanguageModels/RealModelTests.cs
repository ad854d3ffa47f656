using System.Text.Json;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Generation;
using AdapterToolkit.Loading;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
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
        string folder = PretrainedModels.FolderOf(Name);
        using JsonDocument expected = Expected(folder);
        ModelTokenizer tokenizer = ModelTokenizer.FromFile(Path.Combine(folder, "tokenizer.json"));
        ChatTemplate template = ChatTemplate.FromFolder(folder);
        using CpuDevice device = new();
        using LlamaModel model = LlamaModel.Load(folder, device, WeightStorage.Dense);
        int end = tokenizer.IdOf(template.EndOfMessage!)!.Value;
        Assert.NotEqual(0, expected.RootElement.GetProperty("chats").GetArrayLength());
        foreach (JsonElement chat in expected.RootElement.GetProperty("chats").EnumerateArray())
        {
            ChatTurn[] messages = [.. chat.GetProperty("messages").EnumerateArray()
                .Select(message => new ChatTurn(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!))];
            string text = template.Render(messages, addGenerationPrompt: true);
            Assert.Equal(chat.GetProperty("text").GetString(), text);
            int[] ids = tokenizer.Encode(text, addSpecialTokens: false);
            Assert.Equal(Ids(chat.GetProperty("ids")), ids);
            AssertTop5(chat, model.NextTokenLogits(ids));
            int[] greedy = Ids(chat.GetProperty("greedyIds"));
            Assert.Equal(greedy,
                model.Generate(ids, greedy[^1] == end ? greedy.Length + 1 : greedy.Length, [end], cancellationToken: TestContext.Current.CancellationToken));
            Assert.Equal(chat.GetProperty("greedyText").GetString(), tokenizer.Decode(greedy, skipSpecialTokens: true));
        }
    }

    [Fact]
    [Trait("Device", "opencl")]
    public void Gives_the_first_chats_logits_on_OpenCL()
    {
        string folder = PretrainedModels.FolderOf(Name);
        using JsonDocument expected = Expected(folder);
        using ComputeDevice device = TestDevices.Open("opencl:0");
        using LlamaModel model = LlamaModel.Load(folder, device, WeightStorage.Dense);
        JsonElement chat = expected.RootElement.GetProperty("chats")[0];
        AssertTop5(chat, model.NextTokenLogits(Ids(chat.GetProperty("ids"))));
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void Trains_an_adapter_as_the_reference_does()
    {
        string folder = PretrainedModels.FolderOf(Name);
        using JsonDocument expected = Expected(folder);
        JsonElement lora = expected.RootElement.GetProperty("lora");
        double before = expected.RootElement.GetProperty("heldOut").GetProperty("meanLoss").GetDouble();
        using CpuDevice device = new();
        using LlamaModel model = LlamaModel.Load(folder, device, WeightStorage.Dense);
        Assert.All(model.LinearLayers, layer => Assert.Equal(WeightFormat.BFloat16, layer.Weight.Format));
        CheckTraining(model, folder, expected.RootElement, before, lora, start: 1e-4, later: 1e-3);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void Trains_an_adapter_on_the_quantized_base_as_the_reference_does()
    {
        string folder = PretrainedModels.FolderOf(Name);
        using JsonDocument expected = Expected(folder);
        JsonElement qlora = expected.RootElement.GetProperty("qlora");
        WeightFormat format = WeightFormat.NF4(qlora.GetProperty("blockSize").GetInt32(), qlora.GetProperty("doubleQuantized").GetBoolean());
        using CpuDevice device = new();
        using LlamaModel model = LlamaModel.Load(folder, device);
        Assert.All(model.LinearLayers, layer => Assert.Equal(format, layer.Weight.Format));
        CheckTraining(model, folder, expected.RootElement, qlora.GetProperty("heldOutLossBefore").GetDouble(), qlora, start: 2e-4, later: 3e-3);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void The_quantized_projections_hold_at_most_4_13_bits_a_weight()
    {
        string folder = PretrainedModels.FolderOf(Name);
        using CpuDevice device = new();
        long before = device.HeldBytes;
        using LlamaModel model = LlamaModel.Load(folder, device);
        Assert.InRange(model.BitsPerWeight!.Value, 4, 4.13);

        // What the device's memory says: the pool rounds a buffer up by an eighth at most.
        Assert.InRange(device.HeldBytes - before, model.BaseBytes, model.BaseBytes * 9 / 8);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void Counts_the_parameters_of_rank_8_as_PEFT_does()
    {
        string folder = PretrainedModels.FolderOf(Name);
        using CpuDevice device = new();
        using LlamaModel model = LlamaModel.Load(folder, device, WeightStorage.Dense);
        model.Adapter.Initialize(seed: 0);
        Assert.Equal(134_515_008, model.BaseParameters);
        Assert.Equal(2_442_240, model.TrainableParameterCount);
    }

    /// <summary>Measures the held-out text, trains the reference's adapter on its batch, and measures again.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="expected">What the reference computes.</param>
    /// <param name="before">The held-out loss before.</param>
    /// <param name="results">Where the losses of the steps and the held-out loss after them are.</param>
    /// <param name="start">What the losses before training may be off, as a share.</param>
    /// <param name="later">What all others may be off, as a share.</param>
    private static void CheckTraining(LlamaModel model, string folder, JsonElement expected, double before, JsonElement results, double start, double later)
    {
        JsonElement heldOut = expected.GetProperty("heldOut"), lora = expected.GetProperty("lora");
        ModelTokenizer tokenizer = ModelTokenizer.FromFile(Path.Combine(folder, "tokenizer.json"));
        int[] heldOutIds = Ids(heldOut.GetProperty("ids"));
        Assert.Equal(heldOutIds, tokenizer.Encode(heldOut.GetProperty("text").GetString()!, addSpecialTokens: false));
        TokenIds heldOutTokens = new(1, heldOutIds.Length, heldOutIds);
        AssertRelative(before, model.Loss(heldOutTokens, heldOutIds).Mean, start);

        model.Adapter.Load(Path.Combine(folder, lora.GetProperty("adapter").GetString()!));
        AssertRelative(before, model.Loss(heldOutTokens, heldOutIds).Mean, start);
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
        double[] losses = [.. results.GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble())];
        Assert.NotEmpty(losses);
        for (int step = 0; step < losses.Length; step++)
        {
            AssertRelative(losses[step], model.ForwardBackward(tokens, labels).Mean, step == 0 ? start : later);
            optimizer.Step(model.TrainableParameters, optimizer.LearningRate);
            foreach (Parameter parameter in model.TrainableParameters)
                parameter.ClearGradient();
        }

        AssertRelative(results.GetProperty("heldOutLossAfter").GetDouble(), model.Loss(heldOutTokens, heldOutIds).Mean, later);
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
        Assert.True(Math.Abs(actual - expected) <= tolerance * Math.Abs(expected),
            $"The loss is {actual:G9}, expected {expected:G9} within {tolerance:G2} of it.");
}
