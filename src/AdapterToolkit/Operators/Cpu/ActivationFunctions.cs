using System.Numerics;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>silu(x) = x · σ(x).</summary>
internal readonly struct SiluFunction : IUnaryFunction
{
    public Vector<float> Apply(Vector<float> x) => x * Elementary.Sigmoid(x);

    /// <summary>silu'(x) = σ(x) · (1 + x · (1 - σ(x))), from x and σ(x).</summary>
    internal static Vector<float> Derivative(Vector<float> x, Vector<float> sigmoid) =>
        sigmoid * (Vector<float>.One + (x * (Vector<float>.One - sigmoid)));
}

/// <summary>gradient · silu'(x).</summary>
internal readonly struct SiluGradientFunction : IBinaryFunction
{
    public Vector<float> Apply(Vector<float> gradient, Vector<float> x) => gradient * SiluFunction.Derivative(x, Elementary.Sigmoid(x));
}

/// <summary>silu(gate) · up.</summary>
internal readonly struct SwiGluFunction : IBinaryFunction
{
    public Vector<float> Apply(Vector<float> gate, Vector<float> up) => gate * Elementary.Sigmoid(gate) * up;
}

/// <summary>gradient · up · silu'(gate), and gradient · silu(gate).</summary>
internal readonly struct SwiGluGradientFunction : IPairGradient
{
    public (Vector<float> Left, Vector<float> Right) Apply(Vector<float> gradient, Vector<float> gate, Vector<float> up)
    {
        Vector<float> sigmoid = Elementary.Sigmoid(gate);
        return (gradient * up * SiluFunction.Derivative(gate, sigmoid), gradient * gate * sigmoid);
    }
}

/// <summary>gelu(x) = x · Φ(x), with the distribution function Φ of the normal distribution.</summary>
internal readonly struct GeluFunction : IUnaryFunction
{
    public Vector<float> Apply(Vector<float> x) => x * Elementary.NormalDistribution(x);
}

/// <summary>gradient · (Φ(x) + x · φ(x)), with the density φ of the normal distribution.</summary>
internal readonly struct GeluGradientFunction : IBinaryFunction
{
    private const float InverseRootOfTwoPi = 0.39894228f;

    public Vector<float> Apply(Vector<float> gradient, Vector<float> x)
    {
        Vector<float> density = InverseRootOfTwoPi * Elementary.Exp(-0.5f * x * x);
        return gradient * (Elementary.NormalDistribution(x) + (x * density));
    }
}

/// <summary>gelu's approximation by the hyperbolic tangent: x · σ(2 · sqrt(2/π) · (x + 0.044715 x³)).</summary>
internal readonly struct GeluTanhFunction : IUnaryFunction
{
    internal const float Slope = 1.5957691f;
    internal const float Cubic = 0.044715f;

    public Vector<float> Apply(Vector<float> x) => x * Gate(x);

    internal static Vector<float> Gate(Vector<float> x) => Elementary.Sigmoid(Slope * x * (Vector<float>.One + (Cubic * x * x)));
}

/// <summary>gradient times the derivative of gelu's approximation.</summary>
internal readonly struct GeluTanhGradientFunction : IBinaryFunction
{
    public Vector<float> Apply(Vector<float> gradient, Vector<float> x)
    {
        Vector<float> gate = GeluTanhFunction.Gate(x);
        Vector<float> slope = GeluTanhFunction.Slope * (Vector<float>.One + (3 * GeluTanhFunction.Cubic * x * x));
        return gradient * gate * (Vector<float>.One + (x * (Vector<float>.One - gate) * slope));
    }
}
