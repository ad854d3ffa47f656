using AdapterToolkit.Quantization;

namespace AdapterToolkit.Loading;

/// <summary>A weight that is to be loaded.</summary>
/// <param name="Named">The weight, its name and its module.</param>
/// <param name="InFile">The format of its numbers in the file.</param>
/// <param name="Held">The format that it will be held in.</param>
internal sealed record PlannedWeight(NamedWeight Named, WeightFormat InFile, WeightFormat Held);
