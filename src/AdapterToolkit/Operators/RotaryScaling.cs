namespace AdapterToolkit.Operators;

/// <summary>
/// Llama 3's change of the rotary embedding's frequencies for contexts longer than the pretrained one (<c>rope_type: llama3</c>).
/// </summary>
/// <remarks>
/// With wavelength L = 2 pi / f of a frequency f and context C = <see cref="OriginalMaxPositions"/>: L below C / <see cref="HighFrequencyFactor"/>
/// leaves f as it is, L above C / <see cref="LowFrequencyFactor"/> divides it by <see cref="Factor"/>, and between them
/// f' = (1 - t) f / factor + t f with t = (C / L - low) / (high - low).
/// </remarks>
/// <param name="Factor">What low frequencies are divided by.</param>
/// <param name="LowFrequencyFactor">Wavelengths longer than the context by this factor are scaled.</param>
/// <param name="HighFrequencyFactor">Wavelengths shorter than the context by this factor stay.</param>
/// <param name="OriginalMaxPositions">The length of the context in pretraining, in tokens.</param>
public sealed record RotaryScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalMaxPositions);
