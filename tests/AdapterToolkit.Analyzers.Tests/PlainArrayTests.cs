using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0101: products of plain arrays and spans, that loops compute.</summary>
public sealed class PlainArrayTests
{
    private static readonly string[] s_products =
    [
        """
        static float[] Product(float[] p, float[] q, int n, int k, int m)
        {
            var r = new float[n * m];
            for (int i = 0; i < n; i++)
                for (int j = 0; j < m; j++)
                    for (int l = 0; l < k; l++)
                        r[i * m + j] += p[i * k + l] * q[l * m + j];
            return r;
        }
        """,
        """
        static float[] Product(float[] p, float[] q, int n, int k, int m)
        {
            float[] r = new float[n * m];
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < m; j++)
                {
                    float sum = 0;
                    for (int l = 0; l < k; l++)
                        sum += p[i * k + l] * q[l * m + j];
                    r[i * m + j] = sum;
                }
            }
            return r;
        }
        """,
        """
        static float[] Product(ReadOnlySpan<float> p, ReadOnlySpan<float> q, int n, int k, int m)
        {
            var r = new float[n * m];
            for (int i = 0; i < n; i++)
            {
                for (int l = 0; l < k; l++)
                {
                    float v = p[i * k + l];
                    for (int j = 0; j < m; j++)
                        r[i * m + j] = r[i * m + j] + v * q[l * m + j];
                }
            }
            return r;
        }
        """,
        """
        static float[] Product(float[] p, float[] q, int n, int k, int m) { float[] r = new float[n * m]; Into(p, q, r, n, k, m); return r; }
        static void Into(Span<float> p, Span<float> q, Span<float> r, int n, int k, int m)
        {
            for (int i = 0; i < n; i++)
                for (int j = 0; j < m; j++)
                {
                    float sum = 0;
                    for (int l = 0; l < k; l++)
                        sum += 0.5f * p[i * k + l] * q[l * m + j];
                    r[i * m + j] = sum;
                }
        }
        """,
    ];

    public static TheoryData<string> Products => new(s_products);

    [Theory]
    [MemberData(nameof(Products))]
    public async Task Follows(string product)
    {
        await Rule.Check(Class("float[] d = Product(f.SavedB(), f.SavedA(), 8, 2, 8); return {|ADT0101:Product(d, x, 8, 8, 1)|};", product));
        await Rule.Check(Class("return Product(f.SavedB(), Product(f.SavedA(), x, 2, 8, 1), 8, 2, 1);", product));
        await Rule.Check(Class("float[] d = Product(f.SavedB(), f.SavedA(), 8, 2, 8); return Product(x, x, 8, 8, 1);", product));
    }

    [Theory]
    [InlineData("""
        var (b, a) = (f.SavedB(), f.SavedA()); float[,] d = new float[8, 8];
        for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) for (int k = 0; k < 2; k++) d[i, j] += b[i * 2 + k] * a[k * 8 + j];
        float[] y = new float[8];
        for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) y[i] += {|ADT0101:d[i, j] * x[j]|};
        return y;
        """)]
    [InlineData("""
        var (b, a) = (f.SavedB(), f.SavedA()); float[][] d = new float[8][];
        for (int i = 0; i < 8; i++) d[i] = new float[8];
        for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) for (int k = 0; k < 2; k++) d[i][j] += b[i * 2 + k] * a[k * 8 + j];
        float[] y = new float[8];
        for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) y[i] += {|ADT0101:d[i][j] * x[j]|};
        return y;
        """)]
    [InlineData("""
        var (b, a) = (f.SavedB(), f.SavedA()); float[] d = System.Buffers.ArrayPool<float>.Shared.Rent(64), y = new float[8];
        for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++)
        { float sum = 0; for (int k = 0; k < 2; k++) sum += b[i * 2 + k] * a[k * 8 + j]; d[i * 8 + j] = sum; }
        for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) y[i] += {|ADT0101:d[i * 8 + j] * x[j]|};
        return y;
        """)]
    [InlineData("""
        var (b, a) = (f.SavedB(), f.SavedA()); float[] u = new float[2], y = new float[8];
        for (int i = 0; i < 2; i++) for (int j = 0; j < 8; j++) u[i] += a[i * 8 + j] * x[j];
        for (int i = 0; i < 8; i++) for (int j = 0; j < 2; j++) y[i] += b[i * 2 + j] * u[j];
        return y;
        """)]
    [InlineData("""
        var (b, a) = (f.SavedB(), f.SavedA()); float[] y = new float[16]; float same = 0;
        for (int i = 0; i < 16; i++) same += b[i] * a[i];
        for (int i = 0; i < 16; i++) y[i] = same * x[i];
        float[] z = new float[8];
        for (int i = 0; i < 8; i++) for (int j = 0; j < 2; j++) z[i] += y[i * 2 + j] * x[j];
        return z;
        """)]
    [InlineData("""
        var (b, a) = (f.SavedB(), f.SavedA()); float norm = 0; float[] y = new float[8];
        for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++)
        { float sum = 0; for (int k = 0; k < 2; k++) sum += b[i * 2 + k] * a[k * 8 + j]; norm += sum * sum; }
        for (int i = 0; i < 8; i++) y[i] = norm * x[i];
        for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) y[i] += y[j] * x[j * 8 + i];
        return y;
        """)]
    public Task TellsProductsFromOtherSums(string body) => Rule.Check(Class(body));

    private static string Class(string body, string members = "") => $$"""
        public static class User
        {
            public static float[] Run(LowRankFactors f, float[] x) { {{body}} }
            {{members}}
        }
        """;
}
