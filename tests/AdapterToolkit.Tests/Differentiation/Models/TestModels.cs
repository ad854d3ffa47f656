using AdapterToolkit.CompilerServices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Tests.Differentiation.Models;

/// <summary>A model of one tensor. What it computes may depend on a number that the test sets.</summary>
public abstract class UnaryModel : Module
{
    /// <summary>The number that branches look at.</summary>
    public int Mode { get; set; }

    /// <summary>What the model computes.</summary>
    public abstract Tensor Forward(Tensor x);

    /// <summary><see cref="Forward"/> with planned buffers.</summary>
    public abstract Tensor Evaluate(Tensor x, Pass pass);

    /// <summary><see cref="Forward"/>, saving what <see cref="Backward"/> needs.</summary>
    public abstract Tensor ForwardSaving(Tensor x, bool xActive, Pass pass, out ForwardRecord? record);

    /// <summary>The backward pass.</summary>
    public abstract void Backward(Tensor gradient, ForwardRecord record, out Tensor? xGradient);
}

/// <summary>A model of two tensors.</summary>
public abstract class BinaryModel : Module
{
    /// <summary>What the model computes.</summary>
    public abstract Tensor Forward(Tensor left, Tensor right);

    /// <summary><see cref="Forward"/> with planned buffers.</summary>
    public abstract Tensor Evaluate(Tensor left, Tensor right, Pass pass);

    /// <summary><see cref="Forward"/>, saving what <see cref="Backward"/> needs.</summary>
    public abstract Tensor ForwardSaving(Tensor left, bool leftActive, Tensor right, bool rightActive, Pass pass, out ForwardRecord? record);

    /// <summary>The backward pass.</summary>
    public abstract void Backward(Tensor gradient, ForwardRecord record, out Tensor? leftGradient, out Tensor? rightGradient);
}
