namespace AdapterToolkit.Loading;

/// <summary>How far a model is loaded.</summary>
/// <param name="Tensor">The name of the weight that was loaded last.</param>
/// <param name="Loaded">How many weights are loaded.</param>
/// <param name="Weights">How many weights there are.</param>
/// <param name="LoadedBytes">The bytes that the loaded weights take in the files.</param>
/// <param name="Bytes">The bytes that all weights take in the files.</param>
public readonly record struct LoadProgress(string Tensor, int Loaded, int Weights, long LoadedBytes, long Bytes);
