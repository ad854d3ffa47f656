using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0101: operators, conversions, indexers and constructors of the user's are calls.</summary>
public sealed class OperatorTests
{
    [Theory]
    [InlineData("return ({|ADT0101:new Mat(lora_B) * new Mat(lora_A) * new Mat(x)|}).T;")]
    [InlineData("Mat b = new(lora_B), a = new(lora_A), m = new(x); return ({|ADT0101:b * a * m|}).T;")]
    [InlineData("Mat b = lora_B, a = lora_A; return ({|ADT0101:b * a * x|}).T;")]
    [InlineData("Mat d = new Mat(lora_B) * new Mat(lora_A); return {|ADT0101:functional.linear(x, d.T)|};")]
    [InlineData("Mat d = new Mat(lora_B) * new Mat(lora_A); return {|ADT0101:functional.linear(x, (Tensor)d)|};")]
    [InlineData("Mat d = -(new Mat(lora_B) * new Mat(lora_A)); return {|ADT0101:functional.linear(x, d.T)|};")]
    [InlineData("Mat d = new Mat(lora_B); d *= new Mat(lora_A); return {|ADT0101:functional.linear(x, d.T)|};")]
    [InlineData("Mat d = new Mat(zeros(64, 64)) + new Mat(lora_B) * new Mat(lora_A); return {|ADT0101:functional.linear(x, d[0])|};")]
    [InlineData("(Tensor d, _) = new Mat(lora_B) * new Mat(lora_A); return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("Mat d = (new Mat(lora_B) * new Mat(lora_A)) with { Scale = 2 }; return {|ADT0101:functional.linear(x, d.T)|};")]
    [InlineData("Sum d = new(zeros(64, 64)); d += lora_B.matmul(lora_A); return {|ADT0101:functional.linear(x, d.Total)|};")]
    [InlineData("return {|ADT0101:functional.linear(x, Times(new Mat(lora_B), new Mat(lora_A)).T)|};")]
    [InlineData("return {|ADT0101:functional.linear(x, new Pair(lora_B, lora_A).Delta)|};")]
    [InlineData("return {|ADT0101:functional.linear(x, lora_B >>> lora_A)|};")]
    [InlineData("return {|ADT0101:functional.linear(x, lora_B.Through(lora_A))|};")]
    [InlineData("return {|ADT0101:functional.linear(x, lora_B.Twice.Through(lora_A))|};")]
    [InlineData("return {|ADT0101:functional.linear(x, new Box<Tensor>(lora_B.matmul(lora_A)).Item)|};")]
    [InlineData("Total d = new(lora_B); d *= lora_A; return {|ADT0101:functional.linear(x, d.Value)|};")]
    [InlineData("Total d = new(lora_B); d.By(lora_A); return {|ADT0101:functional.linear(x, d.Value)|};")]
    public Task Fires(string body) => Rule.CheckTorch(Class(body));

    [Theory]
    [InlineData("return functional.linear(x, weight) + (new Mat(lora_B) * (new Mat(lora_A) * new Mat(x))).T;")]
    [InlineData("Mat b = new(lora_B), a = new(lora_A), m = new(x); return functional.linear(x, weight) + (b * (a * m)).T;")]
    [InlineData("Mat b = lora_B, a = lora_A; return functional.linear(x, weight) + (b * (a * x)).T;")]
    [InlineData("Mat d = new Mat(lora_B) * new Mat(lora_A); return functional.linear(x, weight);")]
    [InlineData("Mat d = new Mat(lora_B) * new Mat(lora_A); d = new Mat(x); return functional.linear(x, d.T);")]
    [InlineData("Mat d = new Mat(x); d *= new Mat(lora_A); return functional.linear(x, weight) + functional.linear(d.T, lora_B);")]
    [InlineData("Sum d = new(zeros(64, 64)); d += x; return functional.linear(x, d.Total);")]
    [InlineData("return functional.linear(x, new Pair(lora_B, x).Delta);")]
    [InlineData("return functional.linear(x, weight) + functional.linear(x >>> lora_A, lora_B);")]
    [InlineData("return functional.linear(x, weight) + lora_B.Through(lora_A.Through(x));")]
    [InlineData("Mat d = new Mat(lora_B) * new Mat(lora_A); if (d) return x; return functional.linear(x, weight);")]
    [InlineData("Total d = new(x); d *= lora_A.t(); d *= lora_B.t(); return functional.linear(x, weight) + d.Value;")]
    [InlineData("Total d = new(x); d.By(lora_A.t()); d.By(lora_B.t()); return functional.linear(x, weight) + d.Value;")]
    public Task IsSilent(string body) => Rule.CheckTorch(Class(body));

    [Theory]
    [InlineData("lora_B.matmul(lora_A)", "{|ADT0101:functional.linear(x, {0})|}")]
    [InlineData("lora_B.matmul(x)", "functional.linear(x, {0})")]
    public async Task FollowsStaticAbstractOperators(string product, string use)
    {
        foreach (string made in (string[])["Use<Mul>(lora_B, lora_A)", "Apply<Mul>(new Mul(lora_B), new Mul(lora_A)).T"])
        {
            string body = product.Contains("lora_A", StringComparison.Ordinal) ? made : made.Replace("lora_A", "x", StringComparison.Ordinal);
            await Rule.CheckTorch(Class($"return {use.Replace("{0}", body, StringComparison.Ordinal)};"));
        }
    }

    [Theory]
    [InlineData("Product<Num>(new(lora_B), new(lora_A), new(x)).T", "functional.linear(x, weight) + Pair<Num>(new(lora_B), Pair<Num>(new(lora_A), new(x))).T")]
    [InlineData("Sum<Num>(new(weight), new(lora_B), new(lora_A), new(x)).T", "Pair<Num>(Plus<Num>(new(weight), new(zeros(8, 8))), new(x)).T")]
    public async Task FollowsGenericMath(string wrong, string right)
    {
        await Rule.CheckTorch(Generic($"{{|ADT0101:{wrong[..^2]}|}}.T"));
        await Rule.CheckTorch(Generic(right));
        await Rule.CheckTorch(Generic(wrong.Replace("Num", "Masked", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("rows * ~((Matrix)w + (Matrix)q * (Matrix)p)")]
    [InlineData("rows * ~(w + (Matrix)q * p)")]
    [InlineData("rows * ((Matrix)w + (Matrix)q * (Matrix)p).Turned")]
    public Task FollowsAMatrixOfOnesOwn(string product) => Rule.CheckTorch(Own($"{{|ADT0101:{product}|}}"));

    [Theory]
    [InlineData("rows * ~(Matrix)w + rows * ~(Matrix)p * ~(Matrix)q")]
    [InlineData("rows * ~((Matrix)w + (Matrix)q * new Matrix(zeros(8, 64)))")]
    [InlineData("~((Matrix)q * ((Matrix)p * ~rows)) + rows * ~(Matrix)w")]
    public Task IsSilentAboutAMatrixOfOnesOwn(string product) => Rule.CheckTorch(Own(product));

    private static string Own(string returned) => $$"""
        public class Layer : Module<Tensor, Tensor>
        {
            private readonly Parameter w, p, q;
            public Layer(long i, long o, long r) : base("layer")
            {
                w = Parameter(randn(o, i), requires_grad: false); p = Parameter(randn(r, i)); q = Parameter(zeros(o, r)); RegisterComponents();
            }
            public override Tensor forward(Tensor x) { Matrix rows = x; return {{returned}}; }
        }
        public readonly record struct Matrix(Tensor Inner)
        {
            public Matrix Turned => new(Inner.t());
            public static Matrix operator *(Matrix a, Matrix b) => new(a.Inner.matmul(b.Inner));
            public static Matrix operator +(Matrix a, Matrix b) => new(a.Inner + b.Inner);
            public static Matrix operator ~(Matrix a) => new(a.Inner.t());
            public static implicit operator Matrix(Tensor t) => new(t);
            public static implicit operator Tensor(Matrix m) => m.Inner;
        }
        """;

    private static string Generic(string returned) => $$"""
        public readonly record struct Num(Tensor T) :
            System.Numerics.IMultiplyOperators<Num, Num, Num>, System.Numerics.IMultiplyOperators<Num, double, Num>,
            System.Numerics.IAdditionOperators<Num, Num, Num>
        {
            public static Num operator *(Num p, Num q) => new(p.T.matmul(q.T));
            public static Num operator *(Num p, double q) => new(p.T * q);
            public static Num operator +(Num p, Num q) => new(p.T + q.T);
        }
        public readonly record struct Masked(Tensor M) :
            System.Numerics.IMultiplyOperators<Masked, Masked, Masked>, System.Numerics.IAdditionOperators<Masked, Masked, Masked>
        {
            public Tensor T => M;
            public static Masked operator *(Masked p, Masked q) => new(p.M * q.M);
            public static Masked operator +(Masked p, Masked q) => new(p.M + q.M);
        }
        public class Lora : Module<Tensor, Tensor>
        {
            private readonly Parameter weight = new(randn(64, 64), requires_grad: false), lora_A = new(randn(8, 64)), lora_B = new(zeros(64, 8));
            public Lora() : base("lora") { }
            public override Tensor forward(Tensor x) => {{returned}};
            private static T Product<T>(T a, T b, T c) where T : struct, System.Numerics.IMultiplyOperators<T, T, T> => a * b * c;
            private static T Pair<T>(T a, T b) where T : System.Numerics.IMultiplyOperators<T, T, T> => a * b;
            private static T Plus<T>(T a, T b) where T : System.Numerics.IAdditionOperators<T, T, T> => a + b;
            private static T Sum<T>(T w, T b, T a, T c) where T : System.Numerics.IMultiplyOperators<T, T, T>, System.Numerics.IAdditionOperators<T, T, T> =>
                (w + b * a) * c;
        }
        """;

    private static string Class(string body) => $$"""
        public record struct Mat(Tensor T)
        {
            public int Scale { get; init; }
            public static Mat operator *(Mat p, Mat q) => new(p.T.matmul(q.T));
            public static Mat operator +(Mat p, Mat q) => new(p.T + q.T);
            public static Mat operator -(Mat p) => new(-p.T);
            public static implicit operator Mat(Tensor t) => new(t);
            public static explicit operator Tensor(Mat m) => m.T;
            public static bool operator true(Mat m) => m.T is null;
            public static bool operator false(Mat m) => m.T is not null;
            public Tensor this[int row] => T;
            public void Deconstruct(out Tensor t, out int scale) { t = T; scale = Scale; }
        }
        public sealed class Total(Tensor start)
        {
            public Tensor Value { get; private set; } = start;
            public void operator *=(Tensor t) => Value = Value.matmul(t);
            public void By(Tensor t) => Value = Value.matmul(t);
        }
        public sealed class Sum(Tensor start)
        {
            public Tensor Total { get; private set; } = start;
            public void operator +=(Tensor other) => Total = Total + other;
        }
        public sealed class Pair
        {
            private readonly Tensor _left, _right;
            public Pair(Tensor left) : this(left, left) { }
            public Pair(Tensor left, Tensor right) { _left = left; _right = right; }
            public Tensor Delta => _left.matmul(_right);
        }
        public sealed record Box<T>(T Item);
        public interface IMul<T> where T : IMul<T>
        {
            static abstract T operator *(T p, T q);
            static abstract Tensor Of(Tensor p, Tensor q);
        }
        public readonly struct Mul(Tensor t) : IMul<Mul>
        {
            public Tensor T { get; } = t;
            public static Mul operator *(Mul p, Mul q) => new(p.T.matmul(q.T));
            public static Tensor Of(Tensor p, Tensor q) => p.matmul(q);
        }
        public static class Extensions
        {
            extension(Tensor p)
            {
                public static Tensor operator >>>(Tensor a, Tensor b) => a.matmul(b);
                public Tensor Twice => p * 2;
                public Tensor Through(Tensor q) => p.matmul(q);
            }
        }
        public class Lora : Module<Tensor, Tensor>
        {
            private readonly Parameter weight = new(randn(64, 64), requires_grad: false), lora_A = new(randn(8, 64)), lora_B = new(zeros(64, 8));
            public Lora() : base("lora") { }
            public override Tensor forward(Tensor x) { {{body}} }
            private static T Times<T>(T p, T q) where T : struct { dynamic a = p, b = q; return p is Mat m && q is Mat n ? (T)(object)(m * n) : p; }
            private static Tensor Use<T>(Tensor p, Tensor q) where T : IMul<T> => T.Of(p, q);
            private static T Apply<T>(T p, T q) where T : IMul<T> => p * q;
        }
        """;
}
