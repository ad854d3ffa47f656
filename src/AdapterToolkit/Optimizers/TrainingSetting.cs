using System.Globalization;

namespace AdapterToolkit.Optimizers;

/// <summary>Something that the numbers of a training depend on, and that must be the same when it goes on from a checkpoint.</summary>
public sealed record TrainingSetting
{
    /// <summary>A setting that is a text.</summary>
    /// <param name="name">Its key in the checkpoint's <c>trainer.json</c>.</param>
    /// <param name="value">Its value.</param>
    /// <param name="remedy">What to do where it differs; by default, to make trainer, optimizer and batches as they were.</param>
    public TrainingSetting(string name, string value, string? remedy = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        Name = name;
        Value = value;
        Remedy = remedy ?? "Make the trainer, its optimizer and its batches as they were when the checkpoint was saved, or start the training anew.";
    }

    /// <summary>A setting that is a number.</summary>
    /// <param name="name">Its key in the checkpoint's <c>trainer.json</c>.</param>
    /// <param name="value">Its value, a finite number.</param>
    public TrainingSetting(string name, IFormattable value)
        : this(name, (value ?? throw new ArgumentNullException(nameof(value))).ToString(null, CultureInfo.InvariantCulture)) => IsNumber = true;

    /// <summary>Its key in the checkpoint's <c>trainer.json</c>.</summary>
    public string Name { get; }

    /// <summary>Its value, as text: of a number the shortest that gives the same number again.</summary>
    public string Value { get; }

    /// <summary>What to do where it differs.</summary>
    public string Remedy { get; }

    /// <summary>Whether the value is a number.</summary>
    public bool IsNumber { get; }
}
