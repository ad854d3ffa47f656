using System.Text;
using AdapterModel1;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Training;

// dotnet run -c Release                adapts a small random model to text.txt
// dotnet run -c Release -- FOLDER      adapts the pretrained model in a folder of the Hugging Face layout
const int Steps = 100, Batch = 8, Sequence = 64;
string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "text.txt"));
string folder = args.Length > 0 ? args[0] : RandomBase.Create("base");

// A pretrained model has a tokenizer; the random one reads bytes.
string tokenizer = Path.Combine(folder, "tokenizer.json");
int[] tokens = File.Exists(tokenizer)
    ? ModelTokenizer.FromFile(tokenizer).Encode(text, addSpecialTokens: false)
    : [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

using ComputeDevice device = ComputeDevice.Best();
using LlamaModel<Projection> model = new(LlamaConfig.FromFolder(folder));
model.LoadCheckpoint(folder, device);
model.Adapter.Initialize(seed: 0);
Console.WriteLine($"{device}: {model.TrainableParameterCount:N0} of {model.BaseParameters:N0} parameters train, the base takes {model.BaseBytes:N0} bytes.");

using AdamW optimizer = new(learningRate: 5e-3f);
Trainer trainer = new(model, optimizer) { Schedule = LearningRateSchedule.Linear(Steps, warmUpSteps: 10) };
ShuffledBatches batches = new(TokenStream.Windows(tokens, Sequence), Batch, seed: 0);
List<double> losses = [];
foreach (TrainingStep step in trainer.Fit(batches, Steps))
{
    losses.Add(step.Loss);
    if (step.Number % 10 == 0)
        Console.WriteLine($"step {step.Number}: loss {step.Loss:F3}, {step.Tokens / step.Seconds:F0} tokens/s");
}

model.Adapter.Save("adapter");
Console.WriteLine(
    $"The loss {(losses[^1] < losses[0] ? "fell" : "did not fall")} from {losses[0]:F3} to {losses[^1]:F3}. The adapter is in adapter/, in PEFT's layout.");
