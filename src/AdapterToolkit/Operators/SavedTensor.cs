using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

/// <summary>A tensor that a forward pass saved, and what it is.</summary>
/// <param name="Name">What the tensor is: the layer's or variable's name, and the value's.</param>
/// <param name="Tensor">The tensor.</param>
public readonly record struct SavedTensor(string Name, Tensor Tensor);
