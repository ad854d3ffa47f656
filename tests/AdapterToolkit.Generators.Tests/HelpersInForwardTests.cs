using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Lifting;
using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>Helpers whose body can't stand in place of a call: where that is said, why, and what to do; beside them such as are lifted.</summary>
public sealed class HelpersInForwardTests
{
    [Theory]
    [InlineData("protected virtual Tensor Gated(Tensor x) => Layer.Forward(x);", "return Gated(x);", "Gated(x)",
        "A call of 'Gated', which is virtual; a derived class may run another body; make it private, or move it into a module of its own")]
    [InlineData("protected override Tensor Refined(Tensor x) => Layer.Forward(x);", "return Refined(x);", "Refined(x)",
        "A call of 'Refined', which is an override; a derived class may run another body; make it private, or move it into a module of its own")]
    [InlineData("", "return Refined(x);", "Refined(x)",
        "A call of 'Refined', which is abstract; a derived class may run another body; make it private, or move it into a module of its own")]
    [InlineData("Tensor Again(Tensor x) => x.Rows > 2 ? Again(Layer.Forward(x)) : x;", "return Again(x);", "Again(Layer",
        "A call of 'Again', which calls itself; write a loop")]
    [InlineData("Tensor Even(Tensor x) => Odd(x); Tensor Odd(Tensor x) => x.Rows > 2 ? Even(x) : x;", "return Even(x);", "Even(x) : x;",
        "A call of 'Even', which calls itself through 'Odd'; write a loop")]
    [InlineData("Tensor A(Tensor x) => B(x); Tensor B(Tensor x) => C(x); Tensor C(Tensor x) => A(x);", "return A(x);", "A(x); public",
        "A call of 'A', which calls itself through 'B' and 'C'; write a loop")]
    [InlineData("Tensor Whole(Tensor x) => Forward(x);", "return x.Rows > 3 ? Whole(x) : x;", "Forward(x);",
        "A call of the class's own or its base's Forward; a module's Forward can't call itself; hold another module in a property")]
    [InlineData("Tensor Run<T>(Tensor x, T layer) where T : Linear => layer.Forward(x);", "return Run(x, Layer);", "Run(x, Layer)",
        "A call of 'Run', which is generic; write it for the types that Forward calls it with")]
    [InlineData("", "return Kept(x);", "Kept(x)",
        "A call of 'Kept', which the generic class 'Upper' declares; declare it in the class itself, or in one that is not generic")]
    [InlineData("void Double(ref Tensor x) => x = x + x; Tensor Half(ref Tensor x) => x;", "return Half(ref x);", "Half(ref x)",
        "A call of 'Half', which takes 'x' by reference; take it by value, and return what it becomes, several in a tuple")]
    [InlineData("Tensor Halves(Tensor x, out Tensor y) { y = x; return x; }", "Tensor y = Halves(x, out Tensor z); return y;", "Halves(x, out",
        "A call of 'Halves', which takes 'y' by reference; take it by value, and return what it becomes, several in a tuple")]
    [InlineData("ref Tensor Same(Tensor x) => ref _stored; Tensor _stored = null!;", "return Same(x);", "Same(x)",
        "A call of 'Same', which returns a reference; return the tensor itself")]
    [InlineData("extern Tensor Elsewhere(Tensor x);", "return Elsewhere(x);", "Elsewhere(x)",
        "A call of 'Elsewhere', which has no body; write one, or mark it [Gradient] and write its gradient method")]
    [InlineData("async Task<Tensor> Later(Tensor x) { await Task.Yield(); return Layer.Forward(x); }", "return Later(x).Result;", "Later(x)",
        "A call of 'Later', which is async; Forward runs in one go; await before calling it")]
    [InlineData("async Task<Tensor> Later(Tensor x) { await Task.Yield(); return x; }", "return Later(x).GetAwaiter().GetResult();", "Later(x)",
        "A call of 'Later', which is async; Forward runs in one go; await before calling it")]
    [InlineData("IEnumerable<Tensor> Parts(Tensor x) { yield return x; }", "foreach (Tensor part in Parts(x)) x = part; return x;", "foreach",
        "A loop over tensors ('part'); name the tensors one by one, or loop over modules")]
    [InlineData("", "Func<Tensor, Tensor> run = Layer.Forward; return run(x);", "run(x)",
        "A call of the delegate 'run'; which body it runs shows only at run time; call a method or a local function by its name")]
    [InlineData("", "Func<Tensor, Tensor> run = Own; return x; Tensor Own(Tensor y) => y;", "Own;",
        "The local function 'Own' as a delegate; which body a delegate runs shows only at run time; call it by its name")]
    [InlineData("", "Step(); return x; void Step() { Tensor y = Layer.Forward(x); }", "Step()",
        "A call of 'Step' in code that is no tensor arithmetic; return a tensor, and assign it to a local of type Tensor")]
    [InlineData("", "return Step() + x; Tensor Step() { x = Layer.Forward(x); return x; }", "x = Layer",
        "An assignment to 'x', a tensor variable outside the local function; return the tensor, and assign it where the function is called")]
    [InlineData("Tensor Always(Tensor x) => throw new Exception();", "return Always(x);", "Always(x)",
        "A call of 'Always', which always throws; throw the exception in a statement of Forward's own")]
    [InlineData("Tensor Biased(Tensor x, Tensor? bias = null) => bias is null ? x : x + bias;", "return Biased(x, null);", "null)",
        "null for the tensor 'bias' of a helper; write a helper of its own for the case without that tensor")]
    [InlineData("(Tensor, Tensor) Two(Tensor x) { foreach (int i in new[] { 1, 2 }) { if (i == x.Rows) return (x, x); } return (x, -x); }",
        "var (a, b) = Two(x); return a + b;", "(x, x); } return",
        "A tuple that is returned from inside a loop; assign its parts to locals, leave the loop with 'break', and return behind it")]
    [InlineData("(Tensor, Tensor) Two(Tensor x) { var both = (1, 2); return x.Rows > 2 ? (x, x) : (x, -x); }",
        "var (a, b) = Two(x); return a + b;", "x.Rows > 2 ?",
        "A tuple of tensors that is neither written out nor what a helper returns; write '(a, b)', and keep its parts in locals of type Tensor")]
    [InlineData("Tensor Numbers(Tensor x) => x * x.ToArray()[0];", "return Numbers(x);", "x.ToArray",
        "'ToArray' of a tensor; only Shape, Rows, Columns, Device and Bytes can be read in Forward; put what reads its numbers into a method with [Gradient]")]
    [InlineData("", "return Secret(x);", "Secret(x)",
        "'_secret', which is private to 'Middle', in 'Middle.Secret'; make it accessible to 'Found': protected")]
    [InlineData("", "return Given(x);", "Given(x)",
        "'given', a parameter of the constructor of 'Middle', in 'Middle.Given'; keep it in a property that derived classes can read")]
    [InlineData("public new float Scale => 3;", "return Scaled(x);", "Scaled(x)",
        "'Scale' of 'Middle', which 'Found' hides by a member of that name, in 'Middle.Scaled'; rename one of them")]
    [InlineData("", "return Based(x);", "Based(x)",
        "'base' in a helper of a base class, in 'Middle.Based'; call what it means by a name of its own")]
    [InlineData("Tensor Size(Tensor x) => x * size;", "int size = 3; return Size(x) * size;", "size;",
        "The constructor's parameter 'size', which a variable of Forward hides; rename one of them")]
    [InlineData("", "return Outside.Run(x);", "Outside.Run(x)",
        "A call of 'Outside.Run', which has no gradient; use an operator of Op or a module, or mark the method [Gradient] and write its gradient method")]
    [InlineData("Found Twin => this; Tensor Gated(Tensor x) => x;", "return Twin.Gated(x);", "Twin.Gated(x)",
        "A call of 'Gated', which has no gradient; write its body here, mark it [Gradient] with a gradient method, "
            + "or move it into a module of its own, marked [AdapterModel]")]
    public void A_helper_whose_body_cant_stand_in_place_of_the_call_is_refused(string members, string body, string place, string message)
    {
        string source = Source(members, body);
        DiagnosticSpec found = Assert.Single(Lift(source).Diagnostics);
        Assert.Equal("ADT0201", found.Id);
        Assert.Equal(message, $"{found.Arguments[0]}; {found.Arguments[1]}");
        Assert.StartsWith(place, source[found.Location.Span.Start..]);
        Assert.Contains("ADT0201: Forward of Found can't be differentiated.", GeneratorRun.Emit(source)["Found.g.cs"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("private Tensor Gated(Tensor x) => Layer.Forward(x);", "return Gated(x);")]
    [InlineData("public Tensor Gated(Tensor x) => Layer.Forward(x);", "return this.Gated(x) + base.Open(x);")]
    [InlineData("internal static Tensor Doubled(Tensor x) => x + x;", "return Found.Doubled(Layer.Forward(x));")]
    [InlineData("Tensor Even(Tensor x) => Odd(x); Tensor Odd(Tensor x) => x.Rows > 2 ? Layer.Forward(x) : x;", "return Even(Odd(Even(x)));")]
    [InlineData("Tensor Run(Tensor x, Linear layer) => layer.Forward(x);", "return Run(x, Layer);")]
    [InlineData("private partial Tensor Gated(Tensor x); private partial Tensor Gated(Tensor y) => Layer.Forward(y);", "return Gated(x);")]
    [InlineData("", "return Open(x) + Opened(x);")]
    [InlineData("", "Func<int, int> twice = Own; return Layer.Forward(x) * twice(x.Rows); int Own(int number) => 2 * number;")]
    [InlineData("", "return Step() + x; Tensor Step() { Tensor y = x; y = Layer.Forward(y); return y; }")]
    [InlineData("Tensor Checked(Tensor x) => x.Rows > 9 ? throw new Exception() : Layer.Forward(x);", "return Checked(x);")]
    [InlineData("Tensor Size(Tensor x) => Layer.Forward(x) * size;", "int length = 3; return Size(x) * length;")]
    [InlineData("static Tensor Named(Tensor x, [CallerMemberName] string name = \"\", [CallerLineNumber] int line = 0) => x * name.Length * line;",
        "return Named(Layer.Forward(x));")]
    [InlineData("Tensor Failed() => throw new Exception();", "throw new Exception();")]
    [InlineData("Tensor Summed(Tensor x, params int[] sizes) => x * sizes.Sum();", "return Summed(Layer.Forward(x), 1, x.Rows) + Summed(x);")]
    [InlineData("Tensor Kind(Tensor x, DayOfWeek day = DayOfWeek.Friday, string? text = null, byte few = 3, long many = 7) => "
        + "day switch { DayOfWeek.Friday => x * few * many, _ => x * (text ?? \"\").Length };",
        "return Kind(Layer.Forward(x)) + Kind(x, few: 2, text: \"a\");")]
    [InlineData("Tensor Inner(Tensor x, int n) { var pair = (n, x.Rows); var made = new { n }; int m = 1; "
        + "(n, m) = (m, n); var twice = (m, m); return x * (pair.n + made.n + n + twice.Item2); }",
        "int n = 2; return Inner(Inner(Layer.Forward(x), n), n + 1) * n;")]
    [InlineData("Tensor Caught(Tensor x, string text) { int n; if (!int.TryParse(text, out n)) n = 2; int.TryParse(text, out int m); "
        + "foreach (int n2 in new[] { n }) { m += n2; } "
        + "try { m++; } catch (Exception e) { m += e.HResult; } return x * (n + m); }",
        "int n = 2, m = 3; string text = \"4\"; return Caught(Caught(Layer.Forward(x), text), \"5\") * (n + m);")]
    [InlineData("Tensor Pick(Tensor x, int kind) { switch (kind) { case 1: return x; case 2: x = -x; break; } "
        + "return kind switch { 3 => x * 2, _ => Layer.Forward(x) }; }",
        "x = Pick(Pick(x, 1), x.Rows); switch (x.Rows) { case 4: x = Pick(x, 2); break; } return Pick(x, 4);")]
    public void A_helper_that_is_lifted_makes_no_error_and_no_warning(string members, string body)
    {
        string source = Source(members, body);
        Assert.Empty(Lift(source).Diagnostics);
        Assert.DoesNotContain(GeneratorRun.Check(source), diagnostic => !diagnostic.Location.SourceTree!.FilePath.StartsWith("Source", StringComparison.Ordinal)
            || diagnostic.Severity == DiagnosticSeverity.Error);
        Assert.Contains(GeneratorRun.Emit(source).Keys, file => file.StartsWith("Found", StringComparison.Ordinal));
    }

    [Fact]
    public void A_mistake_in_a_helper_is_found_once_where_it_stands()
    {
        string source = Source("Tensor Wrong(Tensor x) => x * x.ToArray()[0];", "x = Wrong(Wrong(x)); return Wrong(x);");
        Assert.Single(Lift(source).Diagnostics);
    }

    [Fact]
    public void Helpers_that_double_the_calls_come_to_an_end()
    {
        string helpers = string.Concat(Enumerable.Range(1, 30).Select(i => $"Tensor H{i}(Tensor x) => H{i - 1}(x) + H{i - 1}(x); "));
        EquatableArray<DiagnosticSpec> found = Lift(Source($"Tensor H0(Tensor x) => Layer.Forward(x); {helpers}", "return H30(x);")).Diagnostics;
        Assert.Contains(found, diagnostic => diagnostic.Arguments[0].Contains("after 256 calls of helpers", StringComparison.Ordinal));
    }

    private static string Source(string members, string body) => $$"""
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Runtime.CompilerServices;
        using System.Threading.Tasks;
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        [LowRank(2)]
        internal sealed partial class Layer() : Linear(8, 8);

        internal static class Outside { internal static Tensor Run(Tensor x) => x; }

        internal abstract class Upper<T> : Module
        {
            protected Tensor Kept(Tensor x) => x;

            protected abstract Tensor Refined(Tensor x);
        }

        internal abstract class Middle(float given) : Upper<int>
        {
            private readonly float _secret = 2;

            protected float Factor { get; } = 3;

            public float Scale => 2;

            protected Tensor Secret(Tensor x) => x * _secret;

            protected Tensor Given(Tensor x) => x * given;

            protected Tensor Scaled(Tensor x) => x * Scale;

            protected Tensor Based(Tensor x) => x * base.GetHashCode();

            protected Tensor Open(Tensor x) => Hidden(x) * Factor;

            protected static Tensor Opened(Tensor x) => x * 2;

            private Tensor Hidden(Tensor x) => x + Factor;
        }

        [AdapterModel]
        internal abstract partial class Found(int size) : Middle(size)
        {
            public Layer Layer { get; } = new();

            public int Length => size;

            {{members}} public Tensor Forward(Tensor x) { {{body}} }
        }
        """;

    private static Discovered<ModelSpec> Lift(string source)
    {
        CSharpCompilation compilation = GeneratorRun.Compile(source);
        INamedTypeSymbol type = compilation.GetTypeByMetadataName("Found")!;
        Discovered<ModelSpec> found = ModelDiscovery.Read(type, compilation, TestContext.Current.CancellationToken);
        return ModelLifter.Lift(found, type, compilation, TestContext.Current.CancellationToken);
    }
}
