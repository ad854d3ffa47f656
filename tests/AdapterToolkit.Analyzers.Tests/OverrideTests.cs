using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0101: calls run the overrides and implementations that the compilation has.</summary>
public sealed class OverrideTests
{
    [Theory]
    [InlineData("""
        public override Tensor forward(Tensor x) => functional.linear(x, weight) + {|ADT0101:functional.linear(x, Delta())|};
        protected abstract Tensor Delta();
        """, "protected override Tensor Delta() => lora_B.matmul(lora_A);")]
    [InlineData("""
        public override Tensor forward(Tensor x) => functional.linear(x, weight) + {|ADT0101:functional.linear(x, Delta())|};
        protected virtual Tensor Delta() => zeros(64, 64);
        """, "protected sealed override Tensor Delta() => lora_B.matmul(lora_A) * 2;")]
    [InlineData("""
        public override Tensor forward(Tensor x) => functional.linear(x, weight) + {|ADT0101:functional.linear(x, Delta)|};
        protected abstract Tensor Delta { get; }
        """, "protected override Tensor Delta => lora_B.matmul(lora_A);")]
    [InlineData("""
        public override Tensor forward(Tensor x) => functional.linear(x, weight) + Apply(x);
        protected Tensor Formed() => lora_B.matmul(lora_A);
        protected abstract Tensor Apply(Tensor x);
        """, "protected override Tensor Apply(Tensor x) => {|ADT0101:functional.linear(x, Formed())|};")]
    [InlineData("""
        public override Tensor forward(Tensor x) => functional.linear(x, weight) + {|ADT0101:Apply(x, lora_B.matmul(lora_A))|};
        protected abstract Tensor Apply(Tensor x, Tensor by);
        """, "protected override Tensor Apply(Tensor x, Tensor by) => functional.linear(x, by);")]
    [InlineData("""
        public override Tensor forward(Tensor x) => functional.linear(x, weight) + {|ADT0101:functional.linear(x, this[0])|};
        protected abstract Tensor this[int i] { get; }
        """, "protected override Tensor this[int i] => lora_B.matmul(lora_A);")]
    public Task FiresWhereAnOverrideForms(string members, string overriding) => Rule.CheckTorch(Classes(members, overriding));

    [Theory]
    [InlineData("""
        public override Tensor forward(Tensor x) => functional.linear(x, weight) + functional.linear(x, Delta());
        protected abstract Tensor Delta();
        """, "protected override Tensor Delta() => lora_B.matmul(other);")]
    [InlineData("""
        public override Tensor forward(Tensor x) => functional.linear(x, weight) + Delta(functional.linear(x, lora_A));
        protected abstract Tensor Delta(Tensor u);
        """, "protected override Tensor Delta(Tensor u) => functional.linear(u, lora_B);")]
    [InlineData("""
        public override Tensor forward(Tensor x) => functional.linear(x, weight) + functional.linear(functional.linear(x, lora_A), Chosen);
        protected abstract Tensor Chosen { get; }
        """, "protected override Tensor Chosen => lora_B;")]
    [InlineData("""
        public override Tensor forward(Tensor x) => functional.linear(x, weight) + Apply(x);
        public void Merge() { using (no_grad()) weight.add_(Delta()); }
        protected abstract Tensor Delta();
        protected virtual Tensor Apply(Tensor x) => functional.linear(functional.linear(x, lora_A), lora_B);
        """, "protected override Tensor Delta() => lora_B.matmul(lora_A);")]
    [InlineData("""
        public override Tensor forward(Tensor x) => functional.linear(x, weight) + Apply(x);
        protected virtual Tensor Apply(Tensor x) => x;
        """, "protected override Tensor Apply(Tensor x) => base.Apply(x) + functional.linear(functional.linear(x, lora_A), lora_B);")]
    public Task IsSilentWhereNoneDoes(string members, string overriding) => Rule.CheckTorch(Classes(members, overriding));

    [Theory]
    [InlineData("interface IDelta { Tensor Get(); }", "class Formed(Lora l) : IDelta { public Tensor Get() => l.lora_B.matmul(l.lora_A); }",
        "{|ADT0101:functional.linear(x, d.Get())|}")]
    [InlineData("interface IDelta { Lora Of { get; } Tensor Get() => Of.lora_B.matmul(Of.lora_A); }", "class Formed(Lora l) : IDelta { public Lora Of => l; }",
        "{|ADT0101:functional.linear(x, d.Get())|}")]
    [InlineData("interface IDelta { Tensor Made { get; } }", "class Formed(Lora l) : IDelta { Tensor IDelta.Made => l.lora_B.matmul(l.lora_A); }",
        "{|ADT0101:functional.linear(x, d.Made)|}")]
    [InlineData("interface IDelta { Tensor Get(); }", "class Formed(Lora l) : IDelta { public Tensor Get() => l.lora_B.matmul(zeros(8, 64)); }",
        "functional.linear(x, d.Get())")]
    [InlineData("interface IDelta { Tensor Get(Tensor x); }",
        "class Formed(Lora l) : IDelta { public Tensor Get(Tensor x) => functional.linear(functional.linear(x, l.lora_A), l.lora_B); }",
        "functional.linear(x, d.Get(x))")]
    [InlineData("abstract class Delta<T> { public abstract Tensor Get(); } class Middle : Delta<int> { public override Tensor Get() => zeros(64, 64); }",
        "class Formed(Lora l) : Middle { public sealed override Tensor Get() => l.lora_B.matmul(l.lora_A); } class IDelta(Lora l) : Formed(l) { }",
        "{|ADT0101:functional.linear(x, d.Get())|}")]
    public Task FollowsInterfacesAndGenericBases(string contract, string implementation, string use) => Rule.CheckTorch($$"""
        public class Lora
        {
            public readonly Parameter weight = new(randn(64, 64), requires_grad: false), lora_A = new(randn(8, 64)), lora_B = new(zeros(64, 8));
        }
        {{contract}}
        {{implementation}}
        static class User { static Tensor Run(IDelta d, Tensor x) => {{use}}; }
        """);

    private static string Classes(string members, string overriding) => $$"""
        public abstract class Base : Module<Tensor, Tensor>
        {
            protected readonly Parameter weight = new(randn(64, 64), requires_grad: false), lora_A = new(randn(8, 64)), lora_B = new(zeros(64, 8));
            protected readonly Tensor other = randn(8, 64);
            protected Base() : base("lora") { }
            {{members}}
        }
        public class Derived : Base
        {
            {{overriding}}
        }
        """;
}
