using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Tests.Differentiation.Models;

/// <summary>One value is used several times.</summary>
[AdapterModel]
public sealed partial class FanOut : UnaryModel
{
    public Adapted First { get; } = new();

    public Adapted Second { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Tensor first = First.Forward(x);
        return (first * x) + Second.Forward(first) - x;
    }
}

/// <summary>One module is called twice.</summary>
[AdapterModel]
public sealed partial class ModuleUsedTwice : UnaryModel
{
    public Adapted Layer { get; } = new();

    public override Tensor Forward(Tensor x) => Layer.Forward(Op.Silu(Layer.Forward(x)));
}

/// <summary>Tensors with numbers on either side.</summary>
[AdapterModel]
public sealed partial class ScalarArithmetic : UnaryModel
{
    private const float Third = 3;

    public Adapted Layer { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        float scale = 1f / MathF.Sqrt(x.Columns), shift = scale + 1;
        Tensor y = Layer.Forward((2 * x) - 1), z = -y;
        z *= scale;
        z += y / Third;
        scale = 7;
        return (shift - z) + (x * scale) + 0.25f;
    }
}

/// <summary>The user's own operators: an extension with a number that is left out, one that saves, one of an object.</summary>
[AdapterModel]
public sealed partial class UserOperators : UnaryModel
{
    private readonly Amplifier _amplifier = new(1.5f);

    public Adapted Layer { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Amplifier second = new(x.Rows + 0.5f);
        Tensor y = Layer.Forward(x);
        Tensor z = y.SquareTimes(x) + TestOperators.SquareTimes(right: y, left: x, weight: 0.25f);
        return _amplifier.Apply(TestOperators.Exponential(0.2f * z)) + second.Apply(y);
    }
}

/// <summary>Results that nothing uses, frozen layers, and a branch of the graph that never trains.</summary>
[AdapterModel]
public sealed partial class UnusedResults : UnaryModel
{
    public Adapted Layer { get; } = new();

    public Fixed Frozen { get; } = new();

    public Adapted Ignored { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Tensor unused = Ignored.Forward(x);
        unused = unused + x;
        Ignored.Forward(unused);
        return Frozen.Forward(Layer.Forward(Frozen.Forward(x)));
    }
}

/// <summary>A norm whose weight trains.</summary>
[AdapterModel]
public sealed partial class TrainableNorm : UnaryModel
{
    [Trainable]
    public RmsNorm Norm { get; } = new(Adapted.Features, 1e-3f);

    public Adapted Layer { get; } = new();

    public override Tensor Forward(Tensor x) => Layer.Forward(Norm.Forward(x)) + x;
}

/// <summary>Two tensors come in, and one of them is used inside the other's way.</summary>
[AdapterModel]
public sealed partial class TwoInputs : BinaryModel
{
    public Adapted Layer { get; } = new();

    public override Tensor Forward(Tensor left, Tensor right)
    {
        Tensor gate = Op.SwiGlu(Layer.Forward(left), right);
        return (gate * right) + left;
    }
}

/// <summary>Modules inside modules, one of two tensors among them.</summary>
[AdapterModel]
public sealed partial class Nested : UnaryModel
{
    public FanOut Inner { get; } = new();

    public TwoInputs Gate { get; } = new();

    public Adapted Layer { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Tensor inner = Inner.Forward(x);
        return Gate.Forward(inner, Layer.Forward(x)) + Gate.Forward(inner, inner);
    }
}

/// <summary>The result is the input, or is chosen among inputs.</summary>
[AdapterModel]
public sealed partial class PassThrough : UnaryModel
{
    public Adapted Layer { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Tensor y = x;
        if (Mode > 0)
            y = Layer.Forward(y);
        return y;
    }
}
