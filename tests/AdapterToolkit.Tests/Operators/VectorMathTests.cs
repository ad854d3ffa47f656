using System.Runtime.Intrinsics;
using AdapterToolkit.Kernels;
using Xunit;

namespace AdapterToolkit.Tests.Operators;

/// <summary>The vectorized functions against double precision, in every width.</summary>
public sealed class VectorMathTests
{
    public static TheoryData<int> Widths => [512, 256, 128];

    [Theory]
    [MemberData(nameof(Widths))]
    public void FunctionsEqualDoublePrecision(int bits)
    {
        Check(bits, "Exp", Math.Exp, -87, 88, 2.5e-7);
        Check(bits, "Log", Math.Log, 1e-30, 1e30, 2.5e-7);
        Check(bits, "Log", Math.Log, 1.01, 3, 2.5e-7);
        Check(bits, "Tanh", Math.Tanh, -12, 12, 4e-7);
        Check(bits, "Tanh", Math.Tanh, -0.7, 0.7, 4e-7);
        Check(bits, "Sigmoid", x => 1 / (1 + Math.Exp(-x)), -80, 80, 4e-7);
        Check(bits, "Erf", Erf, -5, 5, 4e-7);
        Check(bits, "Erf", Erf, -0.01, 0.01, 4e-7);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void LimitsAreReached(int bits)
    {
        Assert.Equal(0, Apply(bits, "Exp", float.NegativeInfinity));
        Assert.Equal(0, Apply(bits, "Exp", float.MinValue));
        Assert.Equal(1, Apply(bits, "Exp", 0));
        Assert.Equal(float.PositiveInfinity, Apply(bits, "Exp", 100));
        Assert.Equal(float.NaN, Apply(bits, "Exp", float.NaN));
        Assert.Equal(0, Apply(bits, "Sigmoid", float.NegativeInfinity));
        Assert.Equal(1, Apply(bits, "Sigmoid", float.PositiveInfinity));
        Assert.Equal(-1, Apply(bits, "Tanh", float.NegativeInfinity));
        Assert.Equal(1, Apply(bits, "Tanh", float.PositiveInfinity));
        Assert.Equal(-1, Apply(bits, "Erf", float.NegativeInfinity));
        Assert.Equal(1, Apply(bits, "Erf", float.PositiveInfinity));
    }

    private static void Check(int bits, string function, Func<double, double> expected, double from, double to, double tolerance)
    {
        const int points = 20_000;
        for (int i = 0; i <= points; i++)
        {
            float x = (float)(from + ((to - from) * i / points));
            double exact = expected(x);
            float actual = Apply(bits, function, x);
            Assert.True(Math.Abs(actual - exact) <= tolerance * Math.Abs(exact), $"{function}({x:G9}) is {actual:G9} in {bits} bits, expected {exact:G9}.");
        }
    }

    private static float Apply(int bits, string function, float x) => bits switch
    {
        512 => Apply<VectorOperations512, Vector512<float>>(function, Vector512.Create(x))[15],
        256 => Apply<VectorOperations256, Vector256<float>>(function, Vector256.Create(x))[7],
        _ => Apply<VectorOperations128, Vector128<float>>(function, Vector128.Create(x))[3],
    };

    private static TVector Apply<TOperations, TVector>(string function, TVector x)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct => function switch
        {
            "Exp" => VectorMath.Exp<TOperations, TVector>(x),
            "Log" => VectorMath.Log<TOperations, TVector>(x),
            "Tanh" => VectorMath.Tanh<TOperations, TVector>(x),
            "Sigmoid" => VectorMath.Sigmoid<TOperations, TVector>(x),
            _ => VectorMath.Erf<TOperations, TVector>(x),
        };

    /// <summary>erf x = 2/√π Σ (-1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)).</summary>
    private static double Erf(double x)
    {
        double power = x, sum = x;
        for (int n = 1; n < 200; n++)
        {
            power *= -x * x / n;
            sum += power / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
