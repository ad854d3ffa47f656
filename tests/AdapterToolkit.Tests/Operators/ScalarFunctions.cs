namespace AdapterToolkit.Tests.Operators;

/// <summary>The functions behind elementwise operators, in double precision, by their definitions.</summary>
internal static class ScalarFunctions
{
    internal static double Silu(double x) => x / (1 + Math.Exp(-x));

    internal static double Gelu(double x) => x * 0.5 * (1 + Erf(x / Math.Sqrt(2)));

    internal static double GeluTanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    internal static double SwiGlu(double gate, double up) => Silu(gate) * up;

    /// <summary>The derivative at a point by central differences.</summary>
    internal static double Derivative(Func<double, double> function, double x)
    {
        const double step = 1e-5;
        return (function(x + step) - function(x - step)) / (2 * step);
    }

    /// <summary>
    /// erf x = 2/√π Σ (-1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)); beyond 2, where its terms cancel, 1 - e^(-x²) / √π / (x + (1/2) / (x + (2/2) / (x + (3/2) / ...))).
    /// </summary>
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 2)
        {
            double magnitude = Math.Abs(x), fraction = magnitude;
            for (int n = 200; n > 0; n--)
                fraction = magnitude + (0.5 * n / fraction);
            return Math.Sign(x) * (1 - (Math.Exp(-x * x) / Math.Sqrt(Math.PI) / fraction));
        }

        double power = x, sum = x;
        for (int n = 1; n < 60; n++)
        {
            power *= -x * x / n;
            sum += power / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
