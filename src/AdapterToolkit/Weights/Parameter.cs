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
    public ComputeDevice Device => Value.Device;

    /// <summary>The numbers.</summary>
    public Tensor Value { get; }

    /// <summary>
    /// How many numbers train: those that an adapter file holds. Where an adapter has a lower rank than its layer was
    /// compiled for, the tensor holds more, all of them zero.
    /// </summary>
    public int SavedElements { get; internal init; }

    /// <summary>
    /// Raised when a pass of a training has added its last contribution to the gradient: once a pass, in the order in which the backward pass comes to its end
    /// with the parameters, those of the last layer first. Where a step adds up several passes, it is raised in each. A backward pass that is run by hand
    /// raises nothing.
    /// </summary>
    public event EventHandler? GradientReady;

    /// <summary>
    /// The gradient of the loss, summed since it was last cleared; null before the first backward pass. In the middle of a training's step it is a part of the
    /// sum.
    /// </summary>
    public Tensor? Gradient { get; private set; }

    /// <summary>
    /// The gradient to add to, zeros at first: what a backward pass adds to, and where an exchange of gradients leaves the sum of all processes. In the middle
    /// of a training's step it is the gradient of a sequence, or of some.
    /// </summary>
    public Tensor AccumulatedGradient => OpenSum ?? Whole;

    /// <summary>The sums of sequences whose gradients are in, while a step sums them in a tree; null before the first one.</summary>
    internal SequenceTree<Tensor>? PartialGradients { get; private set; }

    /// <summary>The sum that is being added to in place of the whole gradient; null for none.</summary>
    internal Tensor? OpenSum { get; set; }

    /// <summary>The whole gradient, zeros at first. The tree keeps its first sum in it.</summary>
    internal Tensor Whole
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
    public void ClearGradient()
    {
        ReleasePartialGradients();
        Gradient?.Clear();
    }

    /// <summary>Sets the gradient to zero, and lets the gradients of the sequences of a step be summed in a tree.</summary>
    /// <param name="share">The sequences.</param>
    /// <param name="add">Adds the second sum to the first one, and releases the second.</param>
    internal void StartPartialGradients(SequenceShare share, Func<Tensor, Tensor, Tensor> add)
    {
        ClearGradient();
        (PartialGradients ??= new SequenceTree<Tensor>(share, add)).Restart(share);
    }

    /// <summary>Gives the memory of all sums but the whole gradient back.</summary>
    internal void ReleasePartialGradients()
    {
        if (OpenSum is { } open && !ReferenceEquals(open, Gradient) && PartialGradients?.Sums.Any(sum => ReferenceEquals(sum.Sum, open)) != true)
            open.Release();
        OpenSum = null;
        if (PartialGradients is not { } tree)
            return;
        foreach (PartialSum<Tensor> sum in tree.Sums)
        {
            if (!ReferenceEquals(sum.Sum, Gradient))
                sum.Sum.Release();
        }

        tree.Restart(default);
    }

    /// <summary>Raises <see cref="GradientReady"/>.</summary>
    internal void NoteGradientReady() => GradientReady?.Invoke(this, EventArgs.Empty);

    /// <summary>Gives the memory of the numbers and their gradient back.</summary>
    public void Dispose()
    {
        ReleasePartialGradients();
        Value.Dispose();
        Gradient?.Dispose();
        Gradient = null;
    }
}
