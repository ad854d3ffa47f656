namespace AdapterToolkit.Training;

/// <summary>Something that must be the same when a training goes on.</summary>
/// <param name="Name">Its key in <c>trainer.json</c>.</param>
/// <param name="Value">Its value, as text.</param>
/// <param name="Remedy">What to do where it differs.</param>
internal sealed record Setting(
    string Name,
    string Value,
    string Remedy = "Make the trainer, its optimizer and its batches as they were when the checkpoint was saved, or start the training anew.")
{
    /// <summary>Whether the value is a number.</summary>
    internal bool IsNumber { get; init; }
}
