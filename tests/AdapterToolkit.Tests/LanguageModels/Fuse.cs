using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>An operator that doubles its argument, and fails where it is told to.</summary>
public sealed class Fuse
{
    /// <summary>How many calls of the operator pass before one fails; negative for all.</summary>
    public int ForwardCalls { get; set; } = -1;

    /// <summary>How many calls of its gradient pass before one fails; negative for all.</summary>
    public int BackwardCalls { get; set; } = -1;

    /// <summary>2 x.</summary>
    [Gradient(nameof(PassGradient))]
    public Tensor Pass(Tensor x)
    {
        if (ForwardCalls-- == 0)
            throw new BlownFuseException();
        return Op.Scale(x, 2);
    }

    /// <summary>The gradient of x.</summary>
    public Tensor PassGradient(Tensor gradient)
    {
        if (BackwardCalls-- == 0)
            throw new BlownFuseException();
        return Op.Scale(gradient, 2);
    }
}

/// <summary>What a blown fuse throws.</summary>
public sealed class BlownFuseException() : Exception("The fuse has blown.");
