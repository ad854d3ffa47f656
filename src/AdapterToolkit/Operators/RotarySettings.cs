namespace AdapterToolkit.Operators;

/// <summary>What a model's rotary embedding is like.</summary>
/// <param name="HeadDim">Features of one attention head.</param>
/// <param name="MaximumPositions">The longest sequence the model takes, in tokens.</param>
/// <param name="Base">The base of the frequencies (rope_theta).</param>
/// <param name="Scaling">Llama 3's scaling of the frequencies; null for none.</param>
public sealed record RotarySettings(int HeadDim, int MaximumPositions, double Base, RotaryScaling? Scaling = null);
