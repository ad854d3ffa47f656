namespace AdapterToolkit.Formats.Jinja;

/// <summary>What belongs to one rendering.</summary>
/// <param name="Clock">What <c>strftime_now</c> reads.</param>
internal sealed record Rendering(TimeProvider Clock)
{
    /// <summary>What the rendering may still do.</summary>
    public Budget Budget { get; } = new();

    /// <summary>A value as output writes it.</summary>
    public string Text(object value) => ValueText.Of(value, Budget);
}
