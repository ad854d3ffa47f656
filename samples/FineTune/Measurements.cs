namespace FineTune;

/// <summary>What a training has measured so far.</summary>
internal sealed class Measurements
{
    /// <summary>The mean held-out loss of the base as its file has it, before training; null where nothing is held out.</summary>
    public double? HeldOutLossDense { get; set; }

    /// <summary>The mean held-out loss before training; null where nothing is held out.</summary>
    public double? HeldOutLossBefore { get; set; }

    /// <summary>The loss of every step.</summary>
    public List<double> TrainingLosses { get; init; } = [];

    /// <summary>The held-out losses, each with the number of steps made before it.</summary>
    public List<HeldOutPoint> HeldOutLosses { get; init; } = [];

    /// <summary>The continuation of the prompt before training.</summary>
    public string ContinuationBefore { get; set; } = "";

    /// <summary>Tokens trained on.</summary>
    public long Tokens { get; set; }

    /// <summary>Seconds that the steps took.</summary>
    public double Seconds { get; set; }
}

/// <summary>A held-out loss.</summary>
/// <param name="Step">How many steps had been made.</param>
/// <param name="Loss">The mean loss, in nats.</param>
internal sealed record HeldOutPoint(int Step, double Loss);
