using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Tests.Differentiation.Models;

/// <summary>Operators as a user writes them.</summary>
public static class TestOperators
{
    /// <summary>left² · right · weight: one gradient method for both tensors, which is told what is wanted.</summary>
    [Gradient(nameof(SquareTimesGradient))]
    public static Tensor SquareTimes(this Tensor left, Tensor right, float weight = 0.5f) => Map(left, right, (l, r) => l * l * r * weight);

    /// <summary>The gradients of both tensors, as far as they are wanted.</summary>
    public static (Tensor? Left, Tensor? Right) SquareTimesGradient(Tensor gradient, Tensor left, Tensor right, float weight, bool leftActive, bool rightActive)
    {
        Tensor? leftGradient = leftActive ? Map(Map(left, right, (l, r) => 2 * l * r * weight), gradient, (d, g) => d * g, releaseFirst: true) : null;
        Tensor? rightGradient = rightActive ? Map(left, gradient, (l, g) => l * l * weight * g) : null;
        return (leftGradient, rightGradient);
    }

    /// <summary>exp(x) by way of a method that hands out what the gradient needs.</summary>
    [Gradient(nameof(ExponentialGradient), Saving = nameof(ExponentialSaving))]
    public static Tensor Exponential(Tensor x) => Map(x, x, (value, _) => MathF.Exp(value));

    /// <summary><see cref="Exponential"/>, handing out half of the result.</summary>
    public static Tensor ExponentialSaving(Tensor x, out Tensor half)
    {
        Tensor result = Exponential(x);
        half = Op.Scale(result, 0.5f);
        return result;
    }

    /// <summary>The gradient, from what was handed out and the result.</summary>
    public static Tensor ExponentialGradient(Tensor gradient, Tensor half, Tensor result) =>
        Map(Map(half, result, (h, r) => h + (0.5f * r)), gradient, (value, g) => value * g, releaseFirst: true);

    private static Tensor Map(Tensor left, Tensor right, Func<float, float, float> function, bool releaseFirst = false)
    {
        Tensor result = left.AllocateLike();
        for (int i = 0; i < result.Span.Length; i++)
            result.Span[i] = function(left.Span[i], right.Span[i]);
        if (releaseFirst)
            left.Release();
        return result;
    }
}

/// <summary>An operator that is a method of an object.</summary>
/// <param name="factor">The object's number.</param>
public sealed class Amplifier(float factor)
{
    /// <summary>factor · x.</summary>
    [Gradient(nameof(ApplyGradient))]
    public Tensor Apply(Tensor x) => Op.Scale(x, factor);

    /// <summary>The gradient of x.</summary>
    public Tensor ApplyGradient(Tensor gradient) => Op.Scale(gradient, factor);
}
