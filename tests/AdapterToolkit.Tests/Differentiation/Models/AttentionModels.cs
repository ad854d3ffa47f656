using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Tests.Differentiation.Models;

/// <summary>One attention, whose layers have no adapter.</summary>
[AdapterModel]
public partial class SingleAttention
{
    public Fixed Query { get; } = new();

    public Fixed Key { get; } = new();

    public Tensor Forward(Tensor x, SequenceContext context) => Op.CausalAttention(Query.Forward(x), Key.Forward(x), x, context);
}

/// <summary>An attention on either side of a condition, one behind it, and one that is given what stands before the sequences, so that it is no site.</summary>
[AdapterModel]
public sealed partial class BranchingAttention
{
    public Adapted Layer { get; } = new();

    /// <summary>Whether the first side runs.</summary>
    public bool First { get; set; }

    public Tensor Forward(Tensor x, SequenceContext context)
    {
        Tensor y = Op.CausalAttention(x, x, Op.Silu(x), context, prefix: null);
        if (First)
        {
            if (y.Rows == 0)
                return Op.CausalAttention(y, x, x, context);
            y = Op.CausalAttention(y, Layer.Forward(x), x, context);
        }
        else
        {
            y = Layer.Forward(Op.CausalAttention(x, y, x, context));
        }

        return y + Op.CausalAttention(y, y, x, context);
    }
}

/// <summary>Attentions that run in a loop: one of the class itself, which is one site, and those of a list of modules.</summary>
[AdapterModel]
public sealed partial class LoopedAttention
{
    private const int Times = 3;

    public List<SingleAttention> Layers { get; } = [new(), new()];

    public Tensor Forward(Tensor x, SequenceContext context)
    {
        foreach (SingleAttention layer in Layers)
            x += layer.Forward(x, context);
        for (int i = 0; i < Times; i++)
            x = Op.CausalAttention(x, Op.Silu(x), x, context);
        return x;
    }
}

/// <summary>A class that has no attention, though the one that it derives from has.</summary>
[AdapterModel]
public sealed partial class DerivedWithoutAttention : SingleAttention
{
    public new Tensor Forward(Tensor x, SequenceContext context) => Query.Forward(x);
}

/// <summary>The root of a tree: an attention of its own, a module that it holds twice and runs three times, and all the others.</summary>
[AdapterModel]
public sealed partial class AttentionTree
{
    public AttentionTree() => Again = Shared;

    public BranchingAttention Branching { get; } = new();

    public SingleAttention Shared { get; } = new();

    public LoopedAttention Looped { get; } = new();

    public SingleAttention Again { get; }

    public Tensor Forward(Tensor x, SequenceContext context)
    {
        x += Looped.Forward(x, context);
        for (int i = 0; i < 2; i++)
            x += Shared.Forward(x, context);
        x = Branching.Forward(x, context) + Again.Forward(x, context);
        return Op.CausalAttention(x, x, x, context);
    }
}
