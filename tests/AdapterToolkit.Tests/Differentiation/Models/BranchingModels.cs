using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using Layers = System.Collections.Generic.List<AdapterToolkit.Tests.Differentiation.Models.Adapted>;

namespace AdapterToolkit.Tests.Differentiation.Models;

/// <summary>A loop over a list of modules that carries one tensor.</summary>
[AdapterModel]
public sealed partial class LoopOverModules : UnaryModel
{
    public IReadOnlyList<Adapted> Layers { get; } = [new(), new(), new()];

    public override Tensor Forward(Tensor x)
    {
        foreach (Adapted layer in Layers)
            x += Op.Silu(layer.Forward(x));
        return x;
    }
}

/// <summary>Branches inside a counting loop, whose arms assign the same and different variables.</summary>
[AdapterModel]
public sealed partial class BranchInsideLoop : UnaryModel
{
    public Layers Layers { get; } = [new(), new()];

    public override Tensor Forward(Tensor x)
    {
        Tensor skip = x;
        for (int i = 0; i < 4; i++)
        {
            if (i % 2 == Mode)
            {
                x = Layers[i / 2].Forward(x);
            }
            else if (i == 3)
            {
                skip = skip * x;
                x = x + skip;
            }
            else
            {
                x = Op.Silu(x) - skip;
            }
        }

        return x + skip;
    }
}

/// <summary>A loop that is left early and whose iterations end early.</summary>
[AdapterModel]
public sealed partial class BreakAndContinue : UnaryModel
{
    public Adapted[] Layers { get; } = [new(), new(), new(), new()];

    public override Tensor Forward(Tensor x)
    {
        Tensor sum = 0.5f * x;
        int count = 0;
        foreach (Adapted layer in Layers)
        {
            count++;
            Tensor y = layer.Forward(x);
            if (count == Mode)
            {
                sum -= y;
                continue;
            }

            if (count == Mode + 2)
                break;
            sum += Op.Silu(y);
            x = y;
        }

        return sum + x;
    }
}

/// <summary>A branch that may end the iteration in one of its arms only, so that what follows belongs to several ways.</summary>
[AdapterModel]
public sealed partial class MixedExits : UnaryModel
{
    public Adapted First { get; } = new();

    public Adapted Second { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        for (int i = 0; i < 3; i++)
        {
            if (i < 2)
            {
                x = First.Forward(x);
                if (i == Mode)
                    continue;
                x = x * 0.5f;
            }

            x = Second.Forward(x) + x;
        }

        return x;
    }
}

/// <summary>Returns before the end, from nested branches.</summary>
[AdapterModel]
public sealed partial class EarlyReturn : UnaryModel
{
    public Adapted First { get; } = new();

    public Adapted Second { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        if (Mode < 0)
            throw new InvalidOperationException($"{nameof(Mode)} is {Mode}.");
        Tensor y = First.Forward(x);
        if (Mode == 0)
            return y;
        if (Mode == 1)
        {
            x = y * x;
            if (x.Rows > 100)
                return x;
        }

        return Second.Forward(x) + y;
    }
}

/// <summary>Returns from inside two loops.</summary>
[AdapterModel]
public sealed partial class ReturnFromLoop : UnaryModel
{
    public IEnumerable<Adapted> Layers { get; } = [new(), new(), new()];

    public override Tensor Forward(Tensor x)
    {
        int step = 0;
        foreach (Adapted layer in Layers)
        {
            for (int i = 0; i < 2; i++)
            {
                Tensor y = layer.Forward(x);
                if (step++ == Mode)
                    return y * x;
                x = Op.Silu(y);
            }
        }

        return x - 1;
    }
}

/// <summary>Conditional expressions on tensors.</summary>
[AdapterModel]
public sealed partial class ConditionalExpression : UnaryModel
{
    public Adapted First { get; } = new();

    public Adapted Second { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Tensor y = Mode == 0 ? First.Forward(x) : Mode == 1 ? x : Second.Forward(x) * x;
        return y + (Mode == 2 ? First.Forward(y) : y);
    }
}

/// <summary>Chooses with <c>switch</c>, as statement and as expression.</summary>
[AdapterModel]
public sealed partial class Switches : UnaryModel
{
    public Adapted First { get; } = new();

    public Adapted Second { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Tensor y = (Mode + 1) switch
        {
            1 => First.Forward(x),
            2 or 3 when x.Columns > 2 => Second.Forward(x),
            _ => x,
        };
        switch (Mode)
        {
            case 0:
                y += x;
                break;
            case > 0 and < 2:
            case 7:
                {
                    Tensor z = First.Forward(y);
                    y = z * x;
                    break;
                }

            default:
                y = Op.Silu(y);
                break;
        }

        return y;
    }
}

/// <summary>Sections of a <c>switch</c> that end early: inside an <c>if</c>, and in a loop.</summary>
[AdapterModel]
public sealed partial class SectionsThatEndEarly : UnaryModel
{
    public Adapted First { get; } = new();

    public Adapted Second { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Tensor y = x;
        if (Mode != 3)
        {
            switch (Mode)
            {
                case 0:
                    y = First.Forward(y);
                    if (x.Columns > 2)
                        break;
                    y *= x;
                    break;
                case 1:
                    if (x.Columns > 100)
                        break;
                    y = Second.Forward(y) * x;
                    break;
                default:
                    y += 1;
                    break;
            }

            y = Op.Silu(y);
        }

        for (int i = 0; i < 3; i++)
        {
            switch (i + Mode)
            {
                case 1 or 4:
                    y = Second.Forward(y);
                    if (Mode == 2)
                    {
                        y += x;
                        break;
                    }

                    if (Mode == 0)
                        continue;
                    y *= x;
                    break;
                case 3:
                    y = First.Forward(y);
                    break;
            }

            y += x;
        }

        return y;
    }
}

/// <summary>Two tensors that change places in each iteration of a loop whose length is not known.</summary>
[AdapterModel]
public sealed partial class SwappedInLoop : UnaryModel
{
    public Adapted First { get; } = new();

    public Adapted Second { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Tensor left = First.Forward(x), right = x;
        int remaining = Mode;
        while (remaining-- > 0)
            (left, right) = (right, left);
        do
        {
            Tensor next = Second.Forward(left) + right;
            right = left;
            left = next;
        }
        while (remaining++ < 1);
        return left * right;
    }
}

/// <summary>A value from outside is used in every iteration of nested loops.</summary>
[AdapterModel]
public sealed partial class NestedLoops : UnaryModel
{
    public Adapted Outer { get; } = new();

    public Adapted Inner { get; } = new();

    public override Tensor Forward(Tensor x)
    {
        Tensor anchor = Outer.Forward(x);
        Tensor sum = x;
        for (int i = 0; i < 2; i++)
        {
            Tensor part = anchor * 0.3f;
            foreach (int times in Enumerable.Range(1, i + 1).Where(number => number != Mode))
            {
                part = Inner.Forward(part) + (anchor * times);
                sum += part * x;
            }
        }

        return sum;
    }
}
