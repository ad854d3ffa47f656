using System.Collections.Immutable;
using System.Reflection;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>An edit re-runs no more than it must.</summary>
public class IncrementalityTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void An_edit_of_an_unrelated_file_re_runs_no_stage_after_lifting()
    {
        CSharpCompilation before = GeneratorRun.Compile([.. Sources.Llama, "class Unrelated { int number = 1; }"]);
        SyntaxTree unrelated = before.SyntaxTrees.Last();
        GeneratorRunResult result = RunBeforeAndAfter(before, unrelated, "class Unrelated { int number = 12; }");

        string[] stages =
        [
            AdapterToolkitGenerator.DiscoveredLayers, AdapterToolkitGenerator.LiftedModels,
            AdapterToolkitGenerator.NamespaceOfKernels, AdapterToolkitGenerator.PlannedConfigurations
        ];
        foreach (string stage in stages)
            AssertNothingNew(stage, result.TrackedSteps[stage]);
        foreach ((string name, ImmutableArray<IncrementalGeneratorRunStep> steps) in result.TrackedOutputSteps)
            AssertNothingNew(name, steps);
    }

    [Fact]
    public void An_edit_of_one_model_re_emits_that_model_alone()
    {
        CSharpCompilation before = GeneratorRun.Compile(Sources.Llama);
        SyntaxTree edited = before.SyntaxTrees.Single(tree => tree.ToString().Contains("class FeedForward<TProjection>(", StringComparison.Ordinal));
        string text = edited.ToString().Replace(
            "Op.SwiGlu(Gate.Forward(x), Up.Forward(x))", "Op.SwiGlu(Up.Forward(x), Gate.Forward(x))", StringComparison.Ordinal);
        Assert.NotEqual(edited.ToString(), text);
        GeneratorRunResult result = RunBeforeAndAfter(before, edited, text);
        IEnumerable<IncrementalStepRunReason> reasons = result.TrackedOutputSteps.Values.SelectMany(Reasons);
        Assert.Equal(1, reasons.Count(reason => reason is IncrementalStepRunReason.Modified or IncrementalStepRunReason.New));
    }

    [Theory]
    [InlineData("return 1;", "return 2;")]
    [InlineData("return 1;", "return 1; } public static int More() { return 2;")]
    [InlineData("class Beside { }", "class Beside { public int Number; }")]
    [InlineData("class Beside { }", "class Beside { } class Further { }")]
    public void An_edit_that_leaves_a_class_and_what_it_refers_to_alone_does_not_read_it_again(string before, string after)
    {
        const string rest = "static class Rest { static int Compute() { return 1; } }";
        string model = Sources.UserOperator + "\n[LowRank(2)] public partial class Layer() : AdapterToolkit.Modules.Linear(4, 4);\nclass Beside { }";
        CSharpCompilation compilation = GeneratorRun.Compile(model, rest);
        int edited = model.Contains(before, StringComparison.Ordinal) ? 0 : 1;
        string text = (edited == 0 ? model : rest).Replace(before, after, StringComparison.Ordinal);
        GeneratorRunResult result = RunBeforeAndAfter(compilation, compilation.SyntaxTrees[edited], text);
        foreach (string stage in (string[])[AdapterToolkitGenerator.DiscoveredLayers, AdapterToolkitGenerator.LiftedModels])
            Assert.All(Reasons(result.TrackedSteps[stage]), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Theory]
    [InlineData("Other => 2", "Other => 3", false)]
    [InlineData("x * 2", "x * 3", true)]
    [InlineData("Op.Silu(x)", "Op.Gelu(x)", true)]
    [InlineData("x - 1", "x - 2", true)]
    public void An_edit_inside_a_helper_emits_again_what_calls_it(string before, string after, bool emitsAgain)
    {
        string[] sources =
        [
            """
            using AdapterToolkit;
            using AdapterToolkit.Modules;
            using AdapterToolkit.Operators;
            using AdapterToolkit.Tensors;

            [LowRank(2)]
            internal sealed partial class Layer() : Linear(12, 12);

            [AdapterModel]
            internal sealed partial class Model : Base
            {
                public Layer Layer { get; } = new();

                public Tensor Forward(Tensor x) => InBase(Local(Beside(Layer.Forward(x))));

                private static Tensor Local(Tensor x) => x - 1;
            }
            """,
            """
            using AdapterToolkit.Operators;
            using AdapterToolkit.Tensors;
            internal sealed partial class Model { private static Tensor Beside(Tensor x) => Op.Silu(x); }
            """,
            """
            using AdapterToolkit.Modules;
            using AdapterToolkit.Operators;
            using AdapterToolkit.Tensors;
            internal abstract class Base : Module { protected static Tensor InBase(Tensor x) => x * 2; protected int Other => 2; }
            """,
        ];
        CSharpCompilation compilation = GeneratorRun.Compile(sources);
        int edited = Array.FindIndex(sources, source => source.Contains(before, StringComparison.Ordinal));
        string text = sources[edited].Replace(before, after, StringComparison.Ordinal);
        GeneratorRunResult result = RunBeforeAndAfter(compilation, compilation.SyntaxTrees[edited], text);
        IEnumerable<IncrementalStepRunReason> reasons = result.TrackedOutputSteps.Values.SelectMany(Reasons);
        Assert.Equal(emitsAgain ? 1 : 0, reasons.Count(reason => reason is IncrementalStepRunReason.Modified or IncrementalStepRunReason.New));
        sources[edited] = text;
        string emitted = result.GeneratedSources.Single(source => source.HintName == "Model.g.cs").SourceText.ToString();
        Assert.Equal(GeneratorRun.Emit(sources)["Model.g.cs"], emitted);
    }

    [Theory]
    [InlineData("[", "// A line more.\n[")]
    [InlineData("public int Number", "[Trainable] public int Number")]
    public void A_class_that_is_moved_or_gets_a_diagnostic_is_not_emitted_again(string before, string after)
    {
        const string source = """
            using AdapterToolkit;
            using AdapterToolkit.Modules;
            using AdapterToolkit.Tensors;

            [LowRank(7)]
            internal sealed partial class Layer() : Linear(12, 12);

            [AdapterModel]
            internal sealed partial class Model
            {
                [Trainable]
                public Quantized Quantized { get; } = new();

                public Layer Layer { get; } = new();

                public int Number { get; }

                public Tensor Forward(Tensor x) => Layer.Forward(x);
            }

            [LowRank(7), Quantized(4)]
            internal sealed partial class Quantized() : Linear(12, 12);
            """;
        CSharpCompilation compilation = GeneratorRun.Compile(source);
        string edited = source.Replace(before, after, StringComparison.Ordinal);
        Assert.NotEqual(source, edited);
        GeneratorRunResult result = RunBeforeAndAfter(compilation, compilation.SyntaxTrees[0], edited);

        // What is wrong with the classes, but lets them be emitted, is found at other places than before.
        foreach (string stage in
            (string[])[AdapterToolkitGenerator.DiscoveredLayers, AdapterToolkitGenerator.LiftedModels, AdapterToolkitGenerator.PlannedConfigurations])
            AssertNothingNew(stage, result.TrackedSteps[stage]);
        foreach ((string name, ImmutableArray<IncrementalGeneratorRunStep> steps) in result.TrackedOutputSteps)
            AssertNothingNew(name, steps);
    }

    [Theory]
    [InlineData(typeof(LayerSpec))]
    [InlineData(typeof(ModelSpec))]
    [InlineData(typeof(LinearConfiguration))]
    public void What_goes_to_emission_holds_no_place_in_a_file(Type spec)
    {
        HashSet<Type> seen = [];
        Stack<Type> rest = new([spec]);
        while (rest.TryPop(out Type? type))
        {
            bool isOfGenerator = type.Namespace?.StartsWith("AdapterToolkit.", StringComparison.Ordinal) == true;
            if (!seen.Add(type) || !(isOfGenerator || type.IsGenericType))
                continue;
            IEnumerable<Type> fields = type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Select(field => field.FieldType);
            foreach (Type part in type.GetGenericArguments().Concat(fields))
                rest.Push(part.GetElementType() ?? part);
            foreach (Type derived in type.Assembly.GetTypes().Where(other => other.BaseType == type))
                rest.Push(derived);
        }

        Assert.Contains(spec == typeof(ModelSpec) ? typeof(OperatorCall) : typeof(StoredFormat), seen);
        Assert.DoesNotContain(typeof(LocationSpec), seen);
        Assert.DoesNotContain(typeof(DiagnosticSpec), seen);
        Assert.DoesNotContain(seen, type => type.Namespace?.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) == true);
    }

    private static GeneratorRunResult RunBeforeAndAfter(CSharpCompilation before, SyntaxTree tree, string text)
    {
        Compilation after = before.ReplaceSyntaxTree(tree, tree.WithChangedText(SourceText.From(text)));
        return GeneratorRun.Driver().RunGenerators(before, Token).RunGenerators(after, Token).GetRunResult().Results.Single();
    }

    private static IEnumerable<IncrementalStepRunReason> Reasons(ImmutableArray<IncrementalGeneratorRunStep> steps) =>
        steps.SelectMany(step => step.Outputs).Select(output => output.Reason);

    private static void AssertNothingNew(string name, ImmutableArray<IncrementalGeneratorRunStep> steps)
    {
        Assert.NotEmpty(steps);
        foreach (IncrementalStepRunReason reason in Reasons(steps))
            Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"The step {name} ran again: {reason}.");
    }
}
