using System.Text.Json.Serialization;

namespace FineTune;

/// <summary>What a training has measured so far.</summary>
internal sealed class Measurements
{
    /// <summary>The mean held-out loss of the base as its file has it, before training; null where nothing is held out.</summary>
    [JsonRequired]
    public double? HeldOutLossDense { get; set; }

    /// <summary>The mean held-out loss before training; null where nothing is held out.</summary>
    [JsonRequired]
    public double? HeldOutLossBefore { get; set; }

    /// <summary>The loss of every step.</summary>
    [JsonRequired]
    public List<double> TrainingLosses { get; init; } = [];

    /// <summary>The held-out losses, each with the number of steps made before it.</summary>
    [JsonRequired]
    public List<HeldOutPoint> HeldOutLosses { get; init; } = [];

    /// <summary>The continuation of the prompt before training.</summary>
    [JsonRequired]
    public string ContinuationBefore { get; set; } = "";

    /// <summary>Tokens trained on.</summary>
    [JsonRequired]
    public long Tokens { get; set; }

    /// <summary>Seconds that the steps took.</summary>
    [JsonRequired]
    public double Seconds { get; set; }

    /// <summary>Every value that a file's types leave open, and whether it is one that a run writes.</summary>
    public IEnumerable<(string Key, bool IsValid)> Checks() =>
    [
        ("heldOutLossDense", IsLoss(HeldOutLossDense)),
        ("heldOutLossBefore", IsLoss(HeldOutLossBefore)),
        ("trainingLosses", TrainingLosses.All(loss => IsLoss(loss))),
        ("heldOutLosses", HeldOutLosses.All(point => point is not null && IsLoss(point.Loss)) && HeldOutLosses.Select(point => point.Step).Prepend(-1).Zip(HeldOutLosses, (before, point) => before < point.Step).All(isLater => isLater)),
        ("tokens", Tokens >= 0),
        ("seconds", double.IsFinite(Seconds) && Seconds >= 0),
    ];

    private static bool IsLoss(double? loss) => loss is null || (double.IsFinite(loss.Value) && loss.Value >= 0);
}

/// <summary>A held-out loss.</summary>
/// <param name="Step">How many steps had been made.</param>
/// <param name="Loss">The mean loss, in nats.</param>
internal sealed record HeldOutPoint(int Step, double Loss);
