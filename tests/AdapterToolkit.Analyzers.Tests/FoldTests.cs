using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0101: products over collections of factors.</summary>
public sealed class FoldTests
{
    [Theory]
    [InlineData("Tensor d = new[] { lora_B, lora_A }.Aggregate<Tensor>((l, r) => l.matmul(r)); return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("Tensor d = new Tensor[] { lora_A, lora_B }.Reverse().Aggregate((l, r) => matmul(l, r)); return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("Tensor d = new List<Tensor> { lora_B, lora_A }.Aggregate(matmul); return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("Tensor d = new Tensor[] { lora_A }.Aggregate((Tensor)lora_B, (l, r) => l.matmul(r)); return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("Tensor d = new Tensor[] { lora_A }.Aggregate((Tensor)lora_B, (l, r) => l.matmul(r), t => t * 2); return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("Tensor? d = null; foreach (var t in new[] { lora_B, lora_A }) d = d is null ? t : d.matmul(t); return {|ADT0101:functional.linear(x, d!)|};")]
    [InlineData("Tensor d = Fold<Tensor>([lora_B, lora_A], (l, r) => l.matmul(r)); return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("Tensor[] f = [lora_B, lora_A]; return {|ADT0101:functional.linear(x, f[0].matmul(f[1]))|};")]
    [InlineData("Tensor d = new[] { lora_B }.Zip(new[] { lora_A }, (l, r) => l.matmul(r)).First(); return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("foreach (var (l, r) in new[] { lora_B }.Zip(new[] { lora_A })) x = {|ADT0101:functional.linear(x, l.matmul(r))|}; return x;")]
    [InlineData("Func<Tensor, Func<Tensor, Tensor>> times = l => r => l.matmul(r); return {|ADT0101:functional.linear(x, times(lora_B)(lora_A))|};")]
    [InlineData("Func<Tensor, Tensor> by = Curried(lora_B); return {|ADT0101:functional.linear(x, by(lora_A))|};")]
    [InlineData("Tensor d = (from l in new[] { lora_B } from r in new[] { lora_A } select l.matmul(r)).Single(); return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("Ops ops = new((l, r) => l.matmul(r)); return {|ADT0101:functional.linear(x, ops.Times(lora_B, lora_A))|};")]
    public Task Fires(string body) => Rule.CheckTorch(Class(body));

    [Theory]
    [InlineData("return functional.linear(x, weight) + new[] { lora_A, lora_B }.Aggregate(x, (y, f) => functional.linear(y, f));")]
    [InlineData("Tensor y = x; foreach (Tensor f in new[] { lora_A, lora_B }) y = functional.linear(y, f); return functional.linear(x, weight) + y;")]
    [InlineData("Tensor d = new[] { lora_B, lora_A }.Aggregate<Tensor>((l, r) => l + r); return functional.linear(x, d);")]
    [InlineData("Tensor y = Fold([x, lora_A, lora_B], (l, r) => functional.linear(l, r)); return functional.linear(x, weight) + y;")]
    [InlineData("foreach (Tensor f in new[] { lora_A, lora_B }) x = x - x.matmul(f.t().matmul(f)); return x;")]
    [InlineData("Tensor[] f = [lora_A, lora_B]; return functional.linear(x, weight) + functional.linear(functional.linear(x, f[0]), f[1]);")]
    [InlineData("Tensor u = new[] { x }.Zip(new[] { lora_A }, (l, r) => functional.linear(l, r)).First(); return functional.linear(u, lora_B) + head(x);")]
    [InlineData("Func<Tensor, Func<Tensor, Tensor>> times = l => r => functional.linear(l, r); return head(x) + times(times(x)(lora_A))(lora_B);")]
    [InlineData("Func<Tensor, Tensor> by = Curried(lora_B); return functional.linear(x, weight) + by(Curried(lora_A)(x));")]
    public Task IsSilent(string body) => Rule.CheckTorch(Class(body));

    private static string Class(string body) => $$"""
        public sealed record Ops(Func<Tensor, Tensor, Tensor> Times);
        public class Lora : Module<Tensor, Tensor>
        {
            private readonly Parameter weight = new(randn(64, 64), requires_grad: false), lora_A = new(randn(8, 64)), lora_B = new(zeros(64, 8));
            public Lora() : base("lora") { }
            public override Tensor forward(Tensor x) { {{body}} }
            private Tensor head(Tensor x) => functional.linear(x, weight);
            private static Func<Tensor, Tensor> Curried(Tensor l) => r => l.matmul(r);
            private static T Fold<T>(IEnumerable<T> all, Func<T, T, T> with)
            {
                using IEnumerator<T> next = all.GetEnumerator();
                next.MoveNext();
                T folded = next.Current;
                while (next.MoveNext())
                    folded = with(folded, next.Current);
                return folded;
            }
        }
        """;
}
