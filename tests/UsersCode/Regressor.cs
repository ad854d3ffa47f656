using AdapterToolkit;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace UsersCode;

/// <summary>A small model that is no language model: features to a number.</summary>
[AdapterModel]
public sealed partial class Regressor : Model
{
    /// <summary>How many features a point has.</summary>
    public const int Features = 6;

    /// <summary>How many features are between the layers.</summary>
    public const int Hidden = 10;

    [Checkpoint("first")]
    public Dense First { get; } = new(Features, Hidden);

    [Checkpoint("norm"), Trainable]
    public RmsNorm Norm { get; } = new(Hidden, 1e-5f);

    [Checkpoint("second")]
    public Dense Second { get; } = new(Hidden, 1);

    public Tensor Forward(Tensor x) => Second.Forward(Op.Silu(Norm.Forward(First.Forward(x))));
}
