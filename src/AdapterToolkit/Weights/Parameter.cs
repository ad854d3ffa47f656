using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Weights;

/// <summary>Numbers that train: a low-rank factor, or a weight marked <see cref="TrainableAttribute"/>.</summary>
public sealed class Parameter : IDisposable
{
    /// <summary>Makes a parameter of the given numbers.</summary>
    /// <param name="value">The numbers. The parameter takes over the caller's hold on them.</param>
    /// <param name="name">A name for messages and checkpoints.</param>
    public Parameter(Tensor value, string name = "")
    {
        ArgumentNullException.ThrowIfNull(value);
        Value = value;
        Name = name;
        SavedElements = value.Shape.Elements;
    }

    /// <summary>A name for messages and checkpoints: <c>model.layers.3.self_attn.q_proj.lora_A.weight</c>.</summary>
    public string Name { get; internal set; }

    /// <summary>The device that holds the numbers.</summary>
    public Device Device => Value.Device;

    /// <summary>The numbers.</summary>
    public Tensor Value { get; }

    /// <summary>
    /// How many numbers train: those that an adapter file holds. Where an adapter has a lower rank than its layer was
    /// compiled for, the tensor holds more, all of them zero.
    /// </summary>
    public int SavedElements { get; internal init; }

    /// <summary>The gradient of the loss, summed since it was last cleared; null before the first backward pass.</summary>
    public Tensor? Gradient { get; private set; }

    /// <summary>The gradient to add to: zeros at first.</summary>
    [System.ComponentModel.EditorBrowsable(System.ComponentModel.EditorBrowsableState.Never)]
    public Tensor AccumulatedGradient
    {
        get
        {
            if (Gradient is null)
            {
                using TensorScope.Suspension suspension = TensorScope.Suspend();
                Gradient = Tensor.Zeros(Device, Value.Shape);
            }

            return Gradient;
        }
    }

    /// <summary>Sets the gradient to zero, for the next sum.</summary>
    public void ClearGradient() => Gradient?.Clear();

    /// <summary>Gives the memory of the numbers and their gradient back.</summary>
    public void Dispose()
    {
        Value.Dispose();
        Gradient?.Dispose();
        Gradient = null;
    }
}
