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
    [InlineData("Tensor[] f = [lora_A, lora_B]; return {|ADT0101:functional.linear(x, f[^1].matmul(f[0]))|};")]
    [InlineData("List<Tensor> f = [lora_A, lora_B]; return {|ADT0101:functional.linear(x, f[^1].matmul(f[^2]))|};")]
    [InlineData("Tensor[] f = new Tensor[2]; f[0] = lora_B; f[^1] = lora_A; return {|ADT0101:functional.linear(x, f[0].matmul(f[1]))|};")]
    [InlineData("var f = new Tensor[2]; for (int i = 0; i < 2; i++) f[i] = i > 0 ? lora_A : lora_B; "
        + "return {|ADT0101:functional.linear(x, f[0].matmul(f[1]))|};")]
    [InlineData("var f = new Dictionary<int, Tensor> { [1] = lora_B, [2] = lora_A }; return {|ADT0101:functional.linear(x, f[1].matmul(f[2]))|};")]
    [InlineData("var f = new Dictionary<int, Tensor> { { 1, lora_B }, { 2, lora_A } }.Values; return {|ADT0101:functional.linear(x, f.Aggregate(matmul))|};")]
    [InlineData("Tensor d = lora_B; foreach (Tensor t in new Dictionary<int, Tensor> { [1] = lora_A }.Values) d = d.mm(t); "
        + "return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("List<Tensor> f = [lora_B, lora_A]; Tensor d = f[0]; for (int i = 1; i < f.Count; i++) d = d.matmul(f[i]); "
        + "return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("Tensor d = lora_B; for (int i = 0; i < rest.Count; i++) d = matmul(d, rest[i]); return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("return {|ADT0101:functional.linear(x, Rest(lora_B, [lora_A, eye(64)]).t())|};")]
    [InlineData("return {|ADT0101:functional.linear(x, Rest(lora_B, [lora_A]))|};")]
    [InlineData("Tensor d = new[] { lora_B }.Zip(new[] { lora_A }).Select(p => p.First.mm(p.Second)).Aggregate((s, t) => s + t); "
        + "return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("Tensor w = new[] { lora_B }.Zip(new[] { lora_A }, matmul).Aggregate((Tensor)weight, (s, t) => s + t); "
        + "return {|ADT0101:functional.linear(x, w)|};")]
    [InlineData("Tensor[] t = [weight, lora_B.matmul(lora_A)]; return head(x) + {|ADT0101:functional.linear(x, t[1])|};")]
    [InlineData("Tensor[] t = [weight, lora_B.matmul(lora_A)]; return head(x) + {|ADT0101:functional.linear(x, t[^1])|};")]
    [InlineData("Tensor[] t = [weight, lora_B.matmul(lora_A)]; return head(x) + {|ADT0101:functional.linear(x, t.Last())|};")]
    [InlineData("List<Tensor> t = [weight, lora_B.matmul(lora_A)]; return head(x) + {|ADT0101:functional.linear(x, t.ElementAt(1))|};")]
    [InlineData("var t = new Tensor[2]; t[0] = weight; t[1] = lora_B.matmul(lora_A); return head(x) + {|ADT0101:functional.linear(x, t[1])|};")]
    [InlineData("var t = new Dictionary<int, Tensor> { [0] = weight, [1] = lora_B.matmul(lora_A) }; "
        + "return head(x) + {|ADT0101:functional.linear(x, t[1])|};")]
    [InlineData("var t = new Dictionary<int, Tensor> { [0] = weight, [1] = lora_B.matmul(lora_A) }; "
        + "return t.TryGetValue(1, out var d) ? head(x) + {|ADT0101:functional.linear(x, d)|} : head(x);")]
    [InlineData("Tensor[] t = [weight, lora_B.matmul(lora_A)]; return t is [_, var d] ? head(x) + {|ADT0101:functional.linear(x, d)|} : head(x);")]
    [InlineData("Tensor[] t = [weight, lora_B.matmul(lora_A)]; for (int i = 0; i < t.Length; i++) x = {|ADT0101:functional.linear(x, t[i])|}; return x;")]
    [InlineData("(Tensor, int)[] t = [(weight, 0), (lora_B.matmul(lora_A), 1)]; return head(x) + {|ADT0101:functional.linear(x, t[1].Item1)|};")]
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
    [InlineData("Tensor[] f = [lora_A, lora_B]; return functional.linear(x, weight) + functional.linear(functional.linear(x, f[0]), f[^1]);")]
    [InlineData("Tensor[] f = new Tensor[2]; f[0] = lora_A; f[^1] = x; return head(f[1]) + functional.linear(f[1].matmul(f[0].t()), lora_B);")]
    [InlineData("var f = new Tensor[2]; for (int i = 0; i < 2; i++) f[i] = i > 0 ? x : lora_A; "
        + "return head(x) + functional.linear(functional.linear(f[1], f[0]), lora_B);")]
    [InlineData("var f = new Dictionary<int, Tensor> { [1] = lora_A, [2] = lora_B }; "
        + "return head(x) + f.Values.Aggregate(x, (y, t) => functional.linear(y, t));")]
    [InlineData("List<Tensor> f = [lora_A, lora_B]; Tensor y = x; for (int i = 0; i < f.Count; i++) y = functional.linear(y, f[i]); return head(x) + y;")]
    [InlineData("return head(x) + Chain([lora_B, lora_A, x.t()], 0).t();")]
    [InlineData("return head(x) + Through(x, [lora_A, lora_B]);")]
    [InlineData("Tensor d = new[] { lora_B }.Zip(new[] { x }).Select(p => p.First.mm(p.Second)).Aggregate((s, t) => s + t); return head(d);")]
    [InlineData("return new[] { lora_B }.Zip(new[] { lora_A }, (h, l) => functional.linear(functional.linear(x, l), h)).Aggregate(head(x), (s, y) => s + y);")]
    [InlineData("Tensor[] t = [weight, lora_B.matmul(lora_A)]; return functional.linear(x, t[0]) * t[1].norm();")]
    [InlineData("Tensor[] t = [weight, lora_B.matmul(lora_A)]; return functional.linear(x, t[^2]);")]
    [InlineData("Tensor[] t = [weight, lora_B.matmul(lora_A)]; return functional.linear(x, t.First());")]
    [InlineData("List<Tensor> t = [weight, lora_B.matmul(lora_A)]; return functional.linear(x, t.ElementAt(0));")]
    [InlineData("var t = new Tensor[2]; t[0] = weight; t[1] = lora_B.matmul(lora_A); return functional.linear(x, t[0]);")]
    [InlineData("Tensor[] t = [weight, lora_B.matmul(lora_A)]; t[1] = weight; return functional.linear(x, t[1]);")]
    [InlineData("List<Tensor> t = []; t.Add(weight); t.Add(lora_B.matmul(lora_A)); return functional.linear(x, t[0]);")]
    [InlineData("var t = new Dictionary<int, Tensor> { [0] = weight, [1] = lora_B.matmul(lora_A) }; return functional.linear(x, t[0]);")]
    [InlineData("var t = new Dictionary<int, Tensor> { [0] = weight, [1] = lora_B.matmul(lora_A) }; "
        + "return t.TryGetValue(0, out var d) ? functional.linear(x, d) : x;")]
    [InlineData("Tensor[] t = [weight, lora_B.matmul(lora_A)]; return t is [var d, _] ? functional.linear(x, d) : head(x);")]
    [InlineData("(Tensor, int)[] t = [(weight, 0), (lora_B.matmul(lora_A), 1)]; return functional.linear(x, t[0].Item1);")]
    [InlineData("Store t = new(); t.Put(0, weight); t.Put(1, lora_B.matmul(lora_A)); return functional.linear(x, t.At(0));")]
    public Task IsSilent(string body) => Rule.CheckTorch(Class(body));

    private static string Class(string body) => $$"""
        public sealed class Store
        {
            private readonly Dictionary<int, Tensor> _all = [];
            public Tensor At(int i) => _all[i];
            public void Put(int i, Tensor t) => _all[i] = t;
        }
        public sealed record Ops(Func<Tensor, Tensor, Tensor> Times);
        public class Lora : Module<Tensor, Tensor>
        {
            private readonly Parameter weight = new(randn(64, 64), requires_grad: false), lora_A = new(randn(8, 64)), lora_B = new(zeros(64, 8));
            public Lora() : base("lora") { }
            public override Tensor forward(Tensor x) { {{body}} }
            private Tensor head(Tensor x) => functional.linear(x, weight);
            private static Func<Tensor, Tensor> Curried(Tensor l) => r => l.matmul(r);
            private IReadOnlyList<Tensor> rest => [lora_A];
            private static Tensor Chain(IReadOnlyList<Tensor> all, int i) => i == all.Count - 1 ? all[i] : all[i].matmul(Chain(all, i + 1));
            private static Tensor Rest(Tensor d, Tensor[] all) => all is [var next, .. var others] ? Rest(d.matmul(next), others) : d;
            private static Tensor Through(Tensor y, Tensor[] all) => all is [var next, .. var others] ? Through(functional.linear(y, next), others) : y;
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
