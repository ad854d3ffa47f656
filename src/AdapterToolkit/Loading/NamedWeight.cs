using AdapterToolkit.Modules;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Loading;

/// <summary>A frozen weight of a model, with its name in a checkpoint.</summary>
/// <param name="Name">The name.</param>
/// <param name="Weight">The weight.</param>
/// <param name="Module">The module that holds it.</param>
internal sealed record NamedWeight(string Name, FrozenWeight Weight, Module Module);
