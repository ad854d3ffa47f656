using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Operators;

/// <summary>
/// How the gradients of a step's sequences come into a parameter's gradient: each is made by itself, and they are added in the tree of
/// <see cref="SequenceTree{T}"/>.
/// </summary>
internal static class GradientSum
{
    private static readonly Func<Tensor, Tensor, Tensor> s_add = Add;

    /// <summary>Sets the gradient to zero, for the sequences of a step.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="share">The sequences.</param>
    internal static void Start(Parameter parameter, SequenceShare share) => parameter.StartPartialGradients(share, s_add);

    /// <summary>Lets the parameter's accumulated gradient be that of a sequence alone, until <see cref="Close"/>.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="sequence">The sequence, counted through the batch; after all that were closed.</param>
    /// <param name="inOneAddition">
    /// Whether the whole contribution is computed first and then added: it is then added to the sum of the sequence's sibling at once, if that is there.
    /// </param>
    internal static void Open(Parameter parameter, int sequence, bool inOneAddition)
    {
        SequenceTree<Tensor> tree = parameter.PartialGradients!;
        if (tree.Sums.Count == 0)
            parameter.OpenSum = parameter.Whole;
        else if (inOneAddition && tree.TryGetSibling(sequence, out Tensor sibling))
            parameter.OpenSum = sibling;
        else
            parameter.OpenSum = Zeros(parameter);
    }

    /// <summary>Ends what <see cref="Open"/> began.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="sequence">The sequence.</param>
    internal static void Close(Parameter parameter, int sequence)
    {
        SequenceTree<Tensor> tree = parameter.PartialGradients!;
        Tensor sum = parameter.OpenSum!;
        parameter.OpenSum = null;
        if (tree.Sums.Count > 0 && ReferenceEquals(tree.Sums[^1].Sum, sum))
            tree.JoinSibling();
        else
            tree.Add(new SequenceRange(sequence, 1), sum);
    }

    /// <summary>Adds a sequence's gradient that was computed elsewhere.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="sequence">The sequence, after all that were closed.</param>
    /// <param name="gradient">The gradient, the parameter's from now on.</param>
    internal static void Add(Parameter parameter, int sequence, Tensor gradient)
    {
        Open(parameter, sequence, inOneAddition: true);
        Op.AddInPlace(parameter.OpenSum!, gradient);
        gradient.Release();
        Close(parameter, sequence);
    }

    /// <summary>Zeros like a parameter, which outlive the scopes of the thread.</summary>
    /// <param name="parameter">The parameter.</param>
    internal static Tensor Zeros(Parameter parameter)
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        return Tensor.Zeros(parameter.Device, parameter.Value.Shape);
    }

    private static Tensor Add(Tensor left, Tensor right)
    {
        Op.AddInPlace(left, right);
        right.Release();
        return left;
    }
}
