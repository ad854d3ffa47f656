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
        """
        static float[] Product(float[] p, float[] q, int n, int k, int m) =>
            [.. Enumerable.Range(0, n).SelectMany(i => Enumerable.Range(0, m).Select(j => Enumerable.Range(0, k).Sum(l => p[i * k + l] * q[l * m + j])))];
        """,
        """
        static float Cell(float[] p, float[] q, int i, int j, int k, int m)
        {
            float sum = 0;
            for (int l = 0; l < k; l++)
                sum += p[i * k + l] * q[l * m + j];
            return sum;
        }
        static float[] Product(float[] p, float[] q, int n, int k, int m)
        {
            float[] r = new float[n * m];
            for (int i = 0; i < n; i++)
                for (int j = 0; j < m; j++)
                    r[i * m + j] = Cell(p, q, i, j, k, m);
            return r;
        }
        """,
        """
        static float[] Product(float[] p, float[] q, int n, int k, int m)
        {
            List<float> r = [];
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < m; j++)
                {
                    float sum = 0;
                    for (int l = 0; l < k; l++)
                        sum += p[i * k + l] * q[l * m + j];
                    r.Add(sum);
                }
            }
            return [.. r];
        }
        """,
        """
        static float[] Product(float[] p, float[] q, int n, int k, int m)
        {
            float[] r = new float[n * m];
            for (int at = 0; at < r.Length; at++)
                for (int l = 0; l < k; l++)
                    r[at] += p[at / m * k + l] * q[l * m + at % m];
            return r;
        }
        """,
        """
        static T[] Product<T>(T[] p, T[] q, int n, int k, int m) where T : System.Numerics.INumber<T>
        {
            T[] r = new T[n * m];
            for (int i = 0; i < n; i++)
                for (int j = 0; j < m; j++)
                    for (int l = 0; l < k; l++)
                        r[i * m + j] += p[i * k + l] * q[l * m + j];
            return r;
        }
        """,
    ];

    /// <summary>Matrices of one's own: how one is made of numbers, how two are multiplied, and how they are added.</summary>
    private static readonly string[] s_matrices =
    [
        """
        private static float[,] Of(float[] v, int columns)
        {
            float[,] m = new float[v.Length / columns, columns];
            for (int i = 0; i < v.Length; i++) m[i / columns, i % columns] = v[i];
            return m;
        }
        private static float[,] Times(float[,] p, float[,] q)
        {
            float[,] m = new float[p.GetLength(0), q.GetLength(1)];
            for (int i = 0; i < p.GetLength(0); i++) for (int j = 0; j < q.GetLength(1); j++) for (int k = 0; k < q.GetLength(0); k++)
                m[i, j] += p[i, k] * q[k, j];
            return m;
        }
        private static float[,] Plus(float[,] p, float[,] q)
        {
            float[,] m = new float[p.GetLength(0), p.GetLength(1)];
            for (int i = 0; i < p.GetLength(0); i++) for (int j = 0; j < p.GetLength(1); j++) m[i, j] = p[i, j] + q[i, j];
            return m;
        }
        """,
        """
        private static float[][] Of(float[] v, int columns) => [.. v.Chunk(columns)];
        private static float[][] Times(float[][] p, float[][] q) =>
            [.. p.Select(row => q[0].Select((_, j) => row.Select((v, k) => v * q[k][j]).Sum()).ToArray())];
        private static float[][] Plus(float[][] p, float[][] q) => [.. p.Zip(q, (r, s) => r.Zip(s, (v, w) => v + w).ToArray())];
        """,
        """
        private static float[][] Of(float[] v, int columns)
        {
            float[][] m = new float[v.Length / columns][];
            for (int i = 0; i < m.Length; i++) m[i] = v.AsSpan(i * columns, columns).ToArray();
            return m;
        }
        private static float[][] Times(float[][] p, float[][] q)
        {
            var m = new float[p.Length][];
            for (int i = 0; i < p.Length; i++)
            {
                float[] row = p[i]; m[i] = new float[q[0].Length];
                for (int k = 0; k < row.Length; k++) for (int j = 0; j < q[k].Length; j++) m[i][j] += row[k] * q[k][j];
            }
            return m;
        }
        private static float[][] Plus(float[][] p, float[][] q) { for (int i = 0; i < p.Length; i++) for (int j = 0; j < 8; j++) p[i][j] += q[i][j]; return p; }
        """,
        """
        public sealed class Dense(float[] numbers, int columns)
        {
            public float[] Numbers => numbers;
            public int Columns => columns;
            public Dense Times(Dense other)
            {
                float[] m = new float[numbers.Length / columns * other.Columns];
                for (int i = 0; i < numbers.Length / columns; i++)
                    for (int j = 0; j < other.Columns; j++)
                    {
                        float sum = 0;
                        for (int k = 0; k < columns; k++) sum += numbers[i * columns + k] * other.Numbers[k * other.Columns + j];
                        m[i * other.Columns + j] = sum;
                    }
                return new Dense(m, other.Columns);
            }
            public Dense Plus(Dense other) => new([.. numbers.Zip(other.Numbers, (l, r) => l + r)], columns);
        }
        private static Dense Of(float[] v, int columns) => new(v, columns);
        private static Dense Times(Dense p, Dense q) => p.Times(q);
        private static Dense Plus(Dense p, Dense q) => p.Plus(q);
        """,
        """
        public readonly struct Dense
        {
            private readonly float[] _numbers;
            private readonly int _columns;
            public Dense(float[] numbers, int columns) { _numbers = numbers; _columns = columns; }
            public int Rows => _numbers.Length / _columns;
            public int Columns => _columns;
            public static Dense operator *(Dense p, Dense q)
            {
                float[] m = new float[p.Rows * q.Columns];
                for (int i = 0; i < p.Rows; i++) for (int j = 0; j < q.Columns; j++) for (int k = 0; k < p.Columns; k++)
                    m[i * q.Columns + j] += p._numbers[i * p.Columns + k] * q._numbers[k * q.Columns + j];
                return new(m, q.Columns);
            }
            public static Dense operator +(Dense p, Dense q)
            {
                float[] m = new float[p._numbers.Length];
                for (int i = 0; i < m.Length; i++) m[i] = p._numbers[i] + q._numbers[i];
                return new(m, q.Columns);
            }
        }
        private static Dense Of(float[] v, int columns) => new(v, columns);
        private static Dense Times(Dense p, Dense q) => p * q;
        private static Dense Plus(Dense p, Dense q) => p + q;
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

    public static TheoryData<string> Matrices => new(s_matrices);

    [Theory]
    [MemberData(nameof(Matrices))]
    public async Task FollowsMatricesOfOnesOwn(string matrix)
    {
        const string Made = "var (b, a, w, m) = (Of(f.SavedB(), 2), Of(f.SavedA(), 8), Of(layer.Weight.ToArray(), 8), Of(x, 1)); ";
        await Rule.Check(Plain(Made + "var y = {|ADT0101:Times(Times(b, a), m)|};", matrix));
        await Rule.Check(Plain(Made + "var y = {|ADT0101:Times(Plus(w, Times(b, a)), m)|};", matrix));
        await Rule.Check(Plain(Made + "var y = Times(b, Times(a, m));", matrix));
        await Rule.Check(Plain(Made + "var y = Plus(Times(w, m), Times(b, Times(a, m)));", matrix));
        await Rule.Check(Plain(Made + "var y = Plus(w, Times(b, a)); float[] z = x;", matrix));
    }

    [Theory]
    [InlineData("y[i] += {|ADT0101:(w[i * 8 + j] + f.Scaling * d[i * 8 + j]) * x[j]|};")]
    [InlineData("y[i] += {|ADT0101:x[j] * (d[i * 8 + j] * f.Scaling + w[i * 8 + j])|};")]
    [InlineData("float v = w[i * 8 + j] + d[i * 8 + j]; y[i] += {|ADT0101:v * x[j]|};")]
    [InlineData("{ int at = i * 8 + j; w[at] += d[at]; y[i] = y[i] + {|ADT0101:w[at] * x[j]|}; }")]
    [InlineData("y[i] += w[i * 8 + j] * x[j] + f.Scaling * d[j];")]
    [InlineData("y[i] += (w[i * 8 + j] + f.Scaling * x[i * 8 + j]) * x[j];")]
    [InlineData("y[i] += (w[i * 8 + j] + f.Scaling * d[i * 8 + j]) * (w[i * 8 + j] + f.Scaling * d[i * 8 + j]);")]
    public Task FollowsSumsWithTheWeight(string statement) => Rule.Check(Plain($$"""
        float[] b = f.SavedB(), a = f.SavedA(), w = layer.Weight.ToArray(), d = new float[64], y = new float[8];
        for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) for (int k = 0; k < 2; k++) d[i * 8 + j] += b[i * 2 + k] * a[k * 8 + j];
        for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) { {{statement}} }
        """));

    [Theory]
    [InlineData("float[] d = [.. b.Chunk(2).SelectMany(row => Enumerable.Range(0, 8).Select(j => row.Select((v, k) => v * a[k * 8 + j]).Sum()))];", true)]
    [InlineData("float[][] r = [.. b.Chunk(2)], c = [.. a.Chunk(8)]; "
        + "float[] d = [.. r.SelectMany(s => c[0].Select((_, j) => s.Zip(c, (v, u) => v * u[j]).Sum()))];", true)]
    [InlineData("float[] d = new float[64]; for (int i = 0; i < 8; i++) for (int j = 0; j < 8; "
        + "j++) d[i * 8 + j] = Enumerable.Range(0, 2).Sum(k => b[i * 2 + k] * a[k * 8 + j]);", true)]
    [InlineData("List<float> d = [.. new float[64]]; for (int i = 0; i < 64; i++) for (int k = 0; k < 2; "
        + "k++) d[i] += b[i / 8 * 2 + k] * a[k * 8 + i % 8];", true)]
    [InlineData("List<float> d = []; foreach (float[] s in b.Chunk(2)) for (int j = 0; j < 8; j++) { float v = 0; for (int k = 0; "
        + "k < 2; k++) v += s[k] * a[k * 8 + j]; d.Add(v); }", true)]
    [InlineData("float[] d = [.. b.Zip(a, (v, u) => v * u)];", false)]
    [InlineData("float[] d = [.. b.Chunk(2).Select(row => row.Select((v, k) => v * x[k]).Sum()), .. x];", false)]
    [InlineData("float s = b.Zip(a, (v, u) => v * u).Sum(); float[] d = [.. Enumerable.Range(0, 64).Select(i => s)];", false)]
    [InlineData("float s = 0; for (int k = 0; k < 16; k++) s += b[k] * a[k]; List<float> d = []; for (int i = 0; i < 64; i++) d.Add(s);", false)]
    public Task FollowsSequences(string statements, bool multiplies) => Rule.Check(Plain($$"""
        float[] b = f.SavedB(), a = f.SavedA(), y = new float[8]; {{statements}}
        for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) y[i] += {{(multiplies ? "{|ADT0101:d[i * 8 + j] * x[j]|}" : "d[i * 8 + j] * x[j]")}};
        """));

    [Theory]
    [InlineData("MultiplyAdd(layer.Weight.ToArray(), x, y, 8); MultiplyAdd(f.A.Value.Span, x, h, 8); MultiplyAdd(f.B.Value.Span, h, y, 2);")]
    [InlineData("MultiplyAdd(f.A.Value.Span, x, h, 8); MultiplyAdd(f.B.Value.Span, h, y, 2); MultiplyAdd(layer.Weight.ToArray(), x, y, 8);")]
    [InlineData("{|ADT0105:MultiplyAdd(layer.Weight.ToArray(), x, y, 8)|}; MultiplyAdd(f.A.Value.Span, x, h, 8); MultiplyAdd(f.B.Value.Span, h, h, 2);")]
    public Task AddsWhatAMethodAdds(string statements) => Rule.Check(Plain($"float[] y = new float[8], h = new float[2]; {statements}", """
        private static void MultiplyAdd(ReadOnlySpan<float> p, ReadOnlySpan<float> q, Span<float> to, int inner)
        {
            for (int i = 0; i < to.Length; i++) for (int k = 0; k < inner; k++) to[i] += p[i * inner + k] * q[k];
        }
        """));

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
        var (b, a) = (f.SavedB(), f.SavedA()); float[] y = new float[8];
        for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++)
        { float sum = 0; for (int k = 0; k < 2; k++) sum += b[i * 2 + k] * a[k * 8 + j]; y[i] += {|ADT0101:sum * x[j]|}; }
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

    private static string Plain(string statements, string members = "") => $$"""
        [LowRank(2)] public partial class Projection(int a, int b) : Linear(a, b);
        public static class User
        {
            public static void Run(Projection layer, LowRankFactors f, float[] x) { {{statements}} }
            {{members}}
        }
        """;

    private static string Class(string body, string members = "") => $$"""
        public static class User
        {
            public static float[] Run(LowRankFactors f, float[] x) { {{body}} }
            {{members}}
        }
        """;
}
