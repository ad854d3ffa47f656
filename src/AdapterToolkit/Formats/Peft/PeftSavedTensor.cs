using System.Collections.Immutable;

namespace AdapterToolkit.Formats;

/// <summary>A tensor of a module that was trained as a whole beside the adapters (PEFT's <c>modules_to_save</c>).</summary>
/// <param name="Name">The tensor's name in the model, such as <c>model.norm.weight</c>.</param>
/// <param name="Shape">The lengths of its dimensions.</param>
/// <param name="Values">The elements, row-major.</param>
public sealed record PeftSavedTensor(string Name, ImmutableArray<long> Shape, ReadOnlyMemory<float> Values);
