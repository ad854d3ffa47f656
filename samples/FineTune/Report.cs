using System.Text.Json;
using System.Text.Json.Serialization;
using AdapterToolkit.Formats;
using FineTune.Data;

namespace FineTune;

/// <summary>What <c>report.json</c> says. A number is null where what it measures was not done.</summary>
internal sealed partial record Report
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "report.json";

    /// <summary>The device, with its name.</summary>
    public required string Device { get; init; }

    /// <summary>Numbers in the frozen weights; a tied head counts once.</summary>
    public required long BaseParameters { get; init; }

    /// <summary>Bytes of the frozen weights as they are held, their scales included.</summary>
    public required long BaseBytes { get; init; }

    /// <summary>Bits that a number of the quantized layers takes, all of them together, their scales included; null where none is quantized.</summary>
    public double? BitsPerWeight { get; init; }

    /// <summary>Numbers that train, as they are saved.</summary>
    public required long TrainableParameters { get; init; }

    /// <summary>Steps of training that were made.</summary>
    public required int Steps { get; init; }

    /// <summary>The mean next-token loss on held-out text of the base as its file has it, before training, in nats.</summary>
    public double? HeldOutLossDense { get; init; }

    /// <summary>The mean next-token loss on held-out text before training, in nats.</summary>
    public double? HeldOutLossBefore { get; init; }

    /// <summary>The mean next-token loss on held-out text after training, in nats.</summary>
    public double? HeldOutLossAfter { get; init; }

    /// <summary>Tokens trained on in a second of training, measuring and saving not counted.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>The most memory that the process had at once.</summary>
    public required long PeakWorkingSetBytes { get; init; }

    /// <summary>The largest absolute difference of a logit after the adapter was saved and loaded again.</summary>
    public double? AdapterReloadMaxError { get; init; }

    /// <summary>
    /// The largest absolute difference of a logit after the adapter was merged into the weights: of the sums in float32, before the merged
    /// model's element type rounds them. What that changes is said beside.
    /// </summary>
    public double? MergeMaxError { get; init; }

    /// <summary>How many texts and conversations are left out or cut. The field is not there where none is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DataCounts? Data { get; init; }

    /// <summary>The loss of every step.</summary>
    public required IReadOnlyList<double> TrainingLosses { get; init; }

    /// <summary>The text of the file.</summary>
    /// <exception cref="UserException">A number is infinite or not a number; the message names it.</exception>
    public string ToJson()
    {
        (string Name, double? Value)[] numbers =
        [
            ("bitsPerWeight", BitsPerWeight),
            ("heldOutLossDense", HeldOutLossDense),
            ("heldOutLossBefore", HeldOutLossBefore),
            ("heldOutLossAfter", HeldOutLossAfter),
            ("tokensPerSecond", TokensPerSecond),
            ("adapterReloadMaxError", AdapterReloadMaxError),
            ("mergeMaxError", MergeMaxError),
            .. TrainingLosses.Select((loss, index) => ($"trainingLosses[{index}]", (double?)loss)),
        ];
        foreach ((string name, double? value) in numbers)
        {
            if (value is { } number && !double.IsFinite(number))
                throw new UserException($"{FileName} is not written: {name} would be {number}, which is no number that a report can have.");
        }

        return JsonSerializer.Serialize(this, ReportJson.Default.Report) + "\n";
    }

    /// <summary>Writes the file.</summary>
    /// <param name="folder">The folder to put it in.</param>
    /// <exception cref="UserException">A number is infinite or not a number.</exception>
    public void Save(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName), ToJson());

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
    [JsonSerializable(typeof(Report))]
    private sealed partial class ReportJson : JsonSerializerContext;
}
