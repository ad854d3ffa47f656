using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Tests.Differentiation.Models;

/// <summary>One helper is called with different inputs, and inside a call of itself.</summary>
[AdapterModel]
public sealed partial class SharedHelper : UnaryModel
{
    public Adapted Gate { get; } = new();

    public Adapted Up { get; } = new();

    public override Tensor Forward(Tensor x) => Gated(Up.Forward(x)) + Gated(Gated(x), 0.5f);

    private Tensor Gated(Tensor y, float factor = 2) => Op.Silu(Gate.Forward(y)) * factor;
}

/// <summary><see cref="SharedHelper"/> with the helper's body written out.</summary>
[AdapterModel]
public sealed partial class SharedHelperWrittenOut : UnaryModel
{
    public Adapted Gate { get; } = new();

    public Adapted Up { get; } = new();

    public override Tensor Forward(Tensor x) =>
        (Op.Silu(Gate.Forward(Up.Forward(x))) * 2f) + (Op.Silu(Gate.Forward(Op.Silu(Gate.Forward(x)) * 2f)) * 0.5f);
}

/// <summary>A helper in a loop, which takes the module and numbers, and has variables with names that others have too.</summary>
[AdapterModel]
public sealed partial class HelperInLoop : UnaryModel
{
    private readonly int _most = 2;

    public IReadOnlyList<Adapted> Layers { get; } = [new(), new(), new()];

    public override Tensor Forward(Tensor x)
    {
        int count = 0;
        foreach (Adapted layer in Layers)
        {
            int half = count++ / 2;
            x = Step(x, layer, half + 1, _most) + Step(x, Layers[0], count, 3);
        }

        return x;
    }

    private Tensor Step(Tensor y, Adapted layer, int count, int most)
    {
        int half = 0;
        while (half < count && half < most)
        {
            Func<int, int> plus = half2 => half2 + half;
            y = (Op.Silu(layer.Forward(y)) * (1f / plus(1))) - y;
            half++;
        }

        count = -count;
        return y * (0.1f * count * most);
    }
}

/// <summary><see cref="HelperInLoop"/> with the helper's body written out.</summary>
[AdapterModel]
public sealed partial class HelperInLoopWrittenOut : UnaryModel
{
    private readonly int _most = 2;

    public IReadOnlyList<Adapted> Layers { get; } = [new(), new(), new()];

    public override Tensor Forward(Tensor x)
    {
        int count = 0;
        foreach (Adapted layer in Layers)
        {
            int half = count++ / 2;
            Tensor first = x, second = x;
            int times = half + 1;
            for (int i = 0; i < times && i < _most; i++)
                first = (Op.Silu(layer.Forward(first)) * (1f / (1 + i))) - first;
            times = -times;
            first = first * (0.1f * times * _most);
            times = count;
            for (int i = 0; i < times && i < 3; i++)
                second = (Op.Silu(Layers[0].Forward(second)) * (1f / (1 + i))) - second;
            times = -times;
            x = first + (second * (0.1f * times * 3));
        }

        return x;
    }
}

/// <summary>Helpers in branches: of <c>if</c>, of a conditional expression, of <c>switch</c>.</summary>
[AdapterModel]
public sealed partial class HelperInBranch : UnaryModel
{
    public Adapted First { get; } = new();

    public Adapted Second { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Tensor y = Mode > 1 ? Left(x) : Right(x, x);
        if (Mode == 1)
            y = Left(y) + x;
        else if (Mode == 3)
            return Right(y, Left(x));
        return Mode switch
        {
            0 => Right(y, x),
            2 => Left(Left(y)),
            _ => y,
        };
    }

    private Tensor Left(Tensor x)
    {
        Tensor y = First.Forward(x);
        if (Mode > 1)
            y += x * Mode;
        return y;
    }

    private Tensor Right(Tensor left, Tensor right) => Mode % 2 == 0 ? Op.SwiGlu(left, right) : Second.Forward(left) * right;
}

/// <summary>A helper that returns early: from branches, from <c>switch</c>, from loops inside loops; it is called in a loop too.</summary>
[AdapterModel]
public sealed partial class HelperWithEarlyReturn : UnaryModel
{
    public Adapted First { get; } = new();

    public Adapted Second { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Tensor sum = Choose(x, Mode);
        for (int i = 0; i < 3; i++)
        {
            if (i == 1 && Mode == 2)
                continue;
            sum += Search(sum, i) * x;
        }

        return sum + Search(x, Mode);
    }

    private Tensor Choose(Tensor y, int mode)
    {
        if (mode < 0)
            throw new InvalidOperationException($"{nameof(mode)} is {mode}.");
        Tensor first = First.Forward(y);
        if (mode == 0)
            return first;
        switch (mode)
        {
            case 1:
                return first * y;
            case 2:
                y = Op.Silu(first);
                break;
        }

        return Second.Forward(y);
    }

    private Tensor Search(Tensor y, int wanted)
    {
        int step = 0;
        for (int i = 0; i < 2; i++)
        {
            foreach (float factor in new[] { 0.5f, 0.25f })
            {
                Tensor next = First.Forward(y) * factor;
                if (step++ == wanted)
                    return next + y;
                y = Op.Silu(next);
            }
        }

        return y - 1;
    }
}

/// <summary>Local functions: one that captures tensors and numbers of <c>Forward</c>, a static one, one behind the end, one inside another.</summary>
[AdapterModel]
public sealed partial class LocalFunctions : UnaryModel
{
    public Adapted Layer { get; } = new();

    public Adapted Other { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Tensor anchor = Other.Forward(x);
        float weight = 0.5f;
        Tensor y = Mixed(x);
        anchor = anchor * 2;
        weight += Half(Mode);
        y = Mixed(y) + Squared(anchor, weight);
        return Behind(y);

        Tensor Mixed(Tensor z)
        {
            weight *= 0.5f;
            return (Layer.Forward(z) * weight) + Inner(anchor);

            Tensor Inner(Tensor inner) => Op.Silu(inner) * z;
        }

        static Tensor Squared(Tensor z, float factor) => z * z * factor;

        Tensor Behind(Tensor z) => Other.Forward(z) + anchor;

        static float Half(int number) => number * 0.5f;
    }
}

/// <summary><see cref="LocalFunctions"/> with the functions' bodies written out.</summary>
[AdapterModel]
public sealed partial class LocalFunctionsWrittenOut : UnaryModel
{
    public Adapted Layer { get; } = new();

    public Adapted Other { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Tensor anchor = Other.Forward(x);
        float weight = 0.5f;
        weight *= 0.5f;
        Tensor y = (Layer.Forward(x) * weight) + (Op.Silu(anchor) * x);
        anchor = anchor * 2;
        weight += Mode * 0.5f;
        weight *= 0.5f;
        y = (Layer.Forward(y) * weight) + (Op.Silu(anchor) * y) + (anchor * anchor * weight);
        return Other.Forward(y) + anchor;
    }
}

/// <summary>Helpers that call helpers, with a norm that trains inside.</summary>
[AdapterModel]
public sealed partial class HelperCallingHelper : UnaryModel
{
    [Trainable]
    public RmsNorm Norm { get; } = new(Adapted.Features, 1e-3f);

    public Adapted Gate { get; } = new();

    public Adapted Down { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        for (int i = 0; i < 2; i++)
            x = Residual(Residual(x, Gate), Down);
        return x;
    }

    private Tensor Residual(Tensor x, Linear layer) => x + Apply(Normalized(x), layer, scale: 1f / x.Columns);

    private Tensor Normalized(Tensor x) => Norm.Forward(x);

    private static Tensor Apply(Tensor x, Linear layer, double scale) => Scaled(layer.Forward(x), (float)scale);

    private static Tensor Scaled(Tensor x, float scale) => Op.Silu(x) * scale;
}

/// <summary>Helpers that return several tensors in a tuple.</summary>
[AdapterModel]
public sealed partial class HelperWithTuple : UnaryModel
{
    public Adapted First { get; } = new();

    public Adapted Second { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        (Tensor left, Tensor right) = Split(x);
        for (int i = 0; i < 2; i++)
            (right, left) = Split(left * right);
        var (_, last) = Swapped(left, right);
        return last + left;
    }

    private (Tensor Left, Tensor Right) Split(Tensor x)
    {
        Tensor first = First.Forward(x);
        if (Mode == 0)
            return (first, x);
        if (Mode == 1)
            return Swapped(first, Second.Forward(first));
        return (x, Op.Silu(first));
    }

    private static (Tensor, Tensor) Swapped(Tensor left, Tensor right) => (right, left);
}

/// <summary>A class whose helpers those that derive from it call.</summary>
public abstract class WithHelpers : UnaryModel
{
    protected const float Scale = 0.75f;

    public Adapted Shared { get; } = new();

    /// <inheritdoc/>
    public override IEnumerable<ModuleChild> Children => [new("shared", Shared)];

    protected float Shift { get; } = 0.125f;

    protected Tensor Shifted(Tensor x)
    {
        float shift = Shift;
        return (Private(x) * Scale) + shift;
    }

    private Tensor Private(Tensor x) => Mode == 0 ? x : Shared.Forward(x);
}

/// <summary>Helpers of a base class, and a member with the name of a variable of <c>Forward</c>.</summary>
[AdapterModel]
public sealed partial class InheritedHelper : WithHelpers
{
    private readonly float _factor = 0.5f;

    public Adapted Layer { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        float shift = 3, _factor = 2;
        return (Shifted(Layer.Forward(x)) * shift) + (Scaled(Shifted(x)) * _factor);
    }

    private Tensor Scaled(Tensor x) => x * _factor;
}

/// <summary>A square layer that generic models can be made of.</summary>
[LowRank(2)]
public sealed partial class Made(int inFeatures, int outFeatures, bool bias = false) : Linear(inFeatures, outFeatures, bias);

/// <summary>A model that is generic in its projection, with helpers that take the projection.</summary>
/// <typeparam name="TProjection">The projection.</typeparam>
[AdapterModel]
public sealed partial class GenericHelpers<TProjection> : UnaryModel
    where TProjection : Linear, ILinear<TProjection>
{
    public TProjection Gate { get; } = TProjection.Create(Adapted.Features, Adapted.Features, false);

    public IReadOnlyList<TProjection> Layers { get; } = [TProjection.Create(Adapted.Features, Adapted.Features, true)];

    public override Tensor Forward(Tensor x)
    {
        foreach (TProjection layer in Layers)
            x = Gated(x, layer);
        return Gated(x, Gate);
    }

    private static Tensor Gated(Tensor x, TProjection projection) => Op.SwiGlu(projection.Forward(x), x);
}
