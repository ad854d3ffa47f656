using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Modules;

/// <summary>
/// A frozen weight of which adapters have trained copies, since the property that holds its module is marked <see cref="TrainableAttribute"/>.
/// </summary>
/// <param name="Module">The module.</param>
/// <param name="Weight">The frozen weight.</param>
internal sealed record TrainableWeight(Module Module, FrozenWeight Weight)
{
    /// <summary>The weight's name in a checkpoint.</summary>
    internal string Name => Module.NameOf(Weight);

    /// <summary>Makes a copy that starts as the frozen weight, without using it yet.</summary>
    internal Parameter NewCopy() => NewCopy(Weight.ToArray());

    /// <summary>Makes a copy of other numbers, without using it yet.</summary>
    /// <param name="values">As many numbers as the weight has.</param>
    internal Parameter NewCopy(ReadOnlySpan<float> values)
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        return new Parameter(Tensor.From(Weight.Device, Weight.Shape, values), Name);
    }
}
