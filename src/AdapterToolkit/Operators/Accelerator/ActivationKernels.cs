using AdapterToolkit.Kernels;
using ILGPU;
using ILGPU.Algorithms;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>Activation functions and their gradients: one thread an element.</summary>
internal static class ActivationKernels
{
    private const float RootOfHalf = 0.70710678f;
    private const float InverseRootOfTwoPi = 0.39894228f;
    private const float TanhSlope = 1.5957691f;
    private const float TanhCubic = 0.044715f;

    /// <summary>result = x · σ(x).</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="result">Receives the results.</param>
    [Kernel]
    public static void Silu(ArrayView<float> x, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < result.IntLength)
            result[i] = x[i] * Sigmoid(x[i]);
    }

    /// <summary>result = gradient · silu'(x).</summary>
    /// <param name="gradient">The gradient of silu(x).</param>
    /// <param name="x">The numbers.</param>
    /// <param name="result">Receives the gradient of x.</param>
    [Kernel]
    public static void SiluGradient(ArrayView<float> gradient, ArrayView<float> x, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < result.IntLength)
            result[i] = gradient[i] * SiluDerivative(x[i], Sigmoid(x[i]));
    }

    /// <summary>result = silu(gate) · up.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="up">What the gate lets through.</param>
    /// <param name="result">Receives the results.</param>
    [Kernel]
    public static void SwiGlu(ArrayView<float> gate, ArrayView<float> up, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < result.IntLength)
            result[i] = gate[i] * Sigmoid(gate[i]) * up[i];
    }

    /// <summary>gateGradient = gradient · up · silu'(gate), upGradient = gradient · silu(gate).</summary>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="gate">The gate.</param>
    /// <param name="up">What the gate lets through.</param>
    /// <param name="gateGradient">Receives the gradient of the gate, where it is wanted.</param>
    /// <param name="upGradient">Receives the gradient of what it lets through, where it is wanted.</param>
    /// <param name="gateActive">1 where the gradient of the gate is wanted, otherwise 0.</param>
    /// <param name="upActive">1 where the other gradient is wanted, otherwise 0.</param>
    [Kernel]
    public static void SwiGluGradient(
        ArrayView<float> gradient,
        ArrayView<float> gate,
        ArrayView<float> up,
        ArrayView<float> gateGradient,
        ArrayView<float> upGradient,
        int gateActive,
        int upActive)
    {
        int i = Grid.GlobalIndex.X;
        if (i >= gradient.IntLength)
            return;
        float x = gate[i];
        float sigmoid = Sigmoid(x);
        if (gateActive != 0)
            gateGradient[i] = gradient[i] * up[i] * SiluDerivative(x, sigmoid);
        if (upActive != 0)
            upGradient[i] = gradient[i] * x * sigmoid;
    }

    /// <summary>result = x · Φ(x), with the distribution function of the normal distribution.</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="result">Receives the results.</param>
    [Kernel]
    public static void Gelu(ArrayView<float> x, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < result.IntLength)
            result[i] = x[i] * NormalDistribution(x[i]);
    }

    /// <summary>result = gradient · (Φ(x) + x · φ(x)).</summary>
    /// <param name="gradient">The gradient of gelu(x).</param>
    /// <param name="x">The numbers.</param>
    /// <param name="result">Receives the gradient of x.</param>
    [Kernel]
    public static void GeluGradient(ArrayView<float> gradient, ArrayView<float> x, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < result.IntLength)
            result[i] = gradient[i] * (NormalDistribution(x[i]) + (x[i] * InverseRootOfTwoPi * XMath.Exp(-0.5f * x[i] * x[i])));
    }

    /// <summary>result = x · σ(2 · sqrt(2/π) · (x + 0.044715 x³)).</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="result">Receives the results.</param>
    [Kernel]
    public static void GeluTanh(ArrayView<float> x, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i < result.IntLength)
            result[i] = x[i] * TanhGate(x[i]);
    }

    /// <summary>result = gradient times the derivative of <see cref="GeluTanh"/>.</summary>
    /// <param name="gradient">The gradient of the function's result.</param>
    /// <param name="x">The numbers.</param>
    /// <param name="result">Receives the gradient of x.</param>
    [Kernel]
    public static void GeluTanhGradient(ArrayView<float> gradient, ArrayView<float> x, ArrayView<float> result)
    {
        int i = Grid.GlobalIndex.X;
        if (i >= result.IntLength)
            return;
        float gate = TanhGate(x[i]);
        float slope = TanhSlope * (1 + (3 * TanhCubic * x[i] * x[i]));
        result[i] = gradient[i] * gate * (1 + (x[i] * (1 - gate) * slope));
    }

    private static float Sigmoid(float x) => 1 / (1 + XMath.Exp(-x));

    private static float SiluDerivative(float x, float sigmoid) => sigmoid * (1 + (x * (1 - sigmoid)));

    private static float TanhGate(float x) => Sigmoid(TanhSlope * x * (1 + (TanhCubic * x * x)));

    private static float NormalDistribution(float x) => 0.5f + (0.5f * Erf(RootOfHalf * x));

    /// <summary>
    /// The error function: x p(x²) for |x| below 1, elsewhere 1 - e^-q(x) for positive x and its negative for the others, with
    /// the polynomials of <see cref="VectorMath"/>.
    /// </summary>
    private static float Erf(float x)
    {
        float square = x * x;
        float p = (7.85386146e-05f * square) - 0.000801019371f;
        p = (p * square) + 0.00518832775f;
        p = (p * square) - 0.0268538129f;
        p = (p * square) + 0.112835854f;
        p = (p * square) - 0.37612626f;
        p = (p * square) + 1.12837911f;

        // Beyond 4 the function is 1 in float32.
        float magnitude = XMath.Abs(x);
        float bounded = magnitude > 4 ? 4 : magnitude;
        float q = (2.16867465e-05f * bounded) - 0.000441335083f;
        q = (q * bounded) + 0.00420455495f;
        q = (q * bounded) - 0.0252082385f;
        q = (q * bounded) + 0.108418547f;
        q = (q * bounded) + 0.633219898f;
        q = (q * bounded) + 1.12957835f;
        q = (q * bounded) - 0.000188036385f;
        float large = 1 - XMath.Exp(-q);
        return magnitude < 1 ? p * x : x < 0 ? -large : large;
    }
}
