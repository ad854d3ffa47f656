using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.CompilerServices;

/// <summary>
/// How often a pass uses a parameter. Where a module runs several times in one pass, its uses contribute one after the other, each for all sequences: the
/// gradients of the sequences are then kept apart until the last use has contributed.
/// </summary>
internal sealed class ParameterUse
{
    private readonly SortedDictionary<int, Tensor> _gradients = [];

    /// <summary>How often the forward pass uses the parameter.</summary>
    internal int Count { get; set; } = 1;

    /// <summary>How many of the uses the backward pass has come to its end with.</summary>
    internal int Contributed { get; set; }

    /// <summary>Whether the sequences' gradients are kept apart.</summary>
    internal bool IsRepeated => Count > 1;

    /// <summary>The gradient of a sequence, zeros at first.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="sequence">The sequence.</param>
    internal Tensor GradientOf(Parameter parameter, int sequence)
    {
        if (!_gradients.TryGetValue(sequence, out Tensor? gradient))
            _gradients.Add(sequence, gradient = GradientSum.Zeros(parameter));
        return gradient;
    }

    /// <summary>Hands out what was kept apart, in the order of the sequences.</summary>
    internal KeyValuePair<int, Tensor>[] TakeGradients()
    {
        KeyValuePair<int, Tensor>[] gradients = [.. _gradients];
        _gradients.Clear();
        return gradients;
    }
}
