using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0101: products that are added to a tensor in place, or written to one that is given.</summary>
public sealed class InPlaceProductTests
{
    [Theory]
    [InlineData("Tensor w = weight.clone(); w.addmm_(lora_B, lora_A, 1, 2); return {|ADT0101:functional.linear(x, w)|};")]
    [InlineData("using Tensor w = weight.detach().clone(); using (no_grad()) { w.addmm_(lora_B, lora_A, 1, 1); } return {|ADT0101:x.matmul(w.t())|};")]
    [InlineData("return {|ADT0101:functional.linear(x, weight.clone().addmm_(lora_B, lora_A, 1, 1))|};")]
    [InlineData("Tensor d = zeros(64, 64); d.addmm_(lora_B, lora_A, 1, 1); d.mul_(2); return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("Tensor d = zeros(64, 64); d.addbmm_(lora_B.unsqueeze(0), lora_A.unsqueeze(0)); return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("Tensor d = zeros(1, 64, 64); Tensor e = d.baddbmm(lora_B.unsqueeze(0), lora_A.unsqueeze(0)); return {|ADT0101:e.matmul(x)|};")]
    [InlineData("Tensor d = zeros(64, 64); mm_out(d, lora_B, lora_A); return {|ADT0101:functional.linear(x, d)|};")]
    [InlineData("Tensor d = zeros(64, 64); matmul_out(lora_B, lora_A, output: d); return {|ADT0101:functional.linear(x, d)|};")]
    public Task Fires(string body) => Rule.CheckTorch(Class(body));

    [Theory]
    [InlineData("Tensor w = weight.clone(); w.addmm_(lora_B, other, 1, 2); return functional.linear(x, w);")]
    [InlineData("Tensor w = weight.clone(); w.addmm_(lora_B, lora_A, 1, 2); w = x; return functional.linear(x, w);")]
    [InlineData("Tensor u = zeros(64, 8); u.addmm_(x, lora_A.t(), 1, 1); return functional.linear(x, weight) + functional.linear(u, lora_B);")]
    [InlineData("Tensor y = functional.linear(x, weight); y.addmm_(functional.linear(x, lora_A), lora_B.t(), 1, 2); return y;")]
    [InlineData("using (no_grad()) weight.addmm_(lora_B, lora_A, 1, 1); return x;")]
    [InlineData("Tensor u = zeros(64, 8); mm_out(u, x, lora_A); return functional.linear(x, weight) + u.matmul(lora_B.t());")]
    [InlineData("Tensor d = zeros(64, 64); mm_out(d, lora_B, lora_A); return functional.linear(x, weight);")]
    public Task IsSilent(string body) => Rule.CheckTorch(Class(body));

    private static string Class(string body) => $$"""
        public class Lora : Module<Tensor, Tensor>
        {
            private readonly Parameter weight = new(randn(64, 64), requires_grad: false), lora_A = new(randn(8, 64)), lora_B = new(zeros(64, 8));
            private readonly Tensor other = randn(8, 64);
            public Lora() : base("lora") { }
            public override Tensor forward(Tensor x) { {{body}} }
            private static void mm_out(Tensor @out, Tensor p, Tensor q) => @out.copy_(p.mm(q));
            private static Tensor matmul_out(Tensor p, Tensor q, Tensor output) { output.copy_(p.matmul(q)); return output; }
        }
        """;
}
