using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
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
        Compilation after = before.ReplaceSyntaxTree(unrelated, unrelated.WithChangedText(Microsoft.CodeAnalysis.Text.SourceText.From("class Unrelated { int number = 12; }")));
        GeneratorRunResult result = GeneratorRun.Driver().RunGenerators(before, Token).RunGenerators(after, Token).GetRunResult().Results.Single();

        string[] stages = [AdapterToolkitGenerator.DiscoveredLayers, AdapterToolkitGenerator.LiftedModels, AdapterToolkitGenerator.NamespaceOfKernels, AdapterToolkitGenerator.PlannedConfigurations];
        foreach (string stage in stages)
            AssertNothingNew(stage, result.TrackedSteps[stage]);
        foreach ((string name, ImmutableArray<IncrementalGeneratorRunStep> steps) in result.TrackedOutputSteps)
            AssertNothingNew(name, steps);
    }

    [Fact]
    public void An_edit_of_one_model_re_emits_that_model_alone()
    {
        CSharpCompilation before = GeneratorRun.Compile(Sources.Llama);
        SyntaxTree edited = before.SyntaxTrees.Single(tree => tree.ToString().Contains("class FeedForward(", StringComparison.Ordinal));
        string text = edited.ToString().Replace("Op.SwiGlu(Gate.Forward(x), Up.Forward(x))", "Op.SwiGlu(Up.Forward(x), Gate.Forward(x))", StringComparison.Ordinal);
        Assert.NotEqual(edited.ToString(), text);
        Compilation after = before.ReplaceSyntaxTree(edited, edited.WithChangedText(Microsoft.CodeAnalysis.Text.SourceText.From(text)));
        GeneratorRunResult result = GeneratorRun.Driver().RunGenerators(before, Token).RunGenerators(after, Token).GetRunResult().Results.Single();
        IEnumerable<IncrementalStepRunReason> reasons = result.TrackedOutputSteps.Values.SelectMany(steps => steps).SelectMany(step => step.Outputs).Select(output => output.Reason);
        Assert.Equal(1, reasons.Count(reason => reason is IncrementalStepRunReason.Modified or IncrementalStepRunReason.New));
    }

    private static void AssertNothingNew(string name, ImmutableArray<IncrementalGeneratorRunStep> steps)
    {
        Assert.NotEmpty(steps);
        foreach ((object _, IncrementalStepRunReason reason) in steps.SelectMany(step => step.Outputs))
            Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"The step {name} ran again: {reason}.");
    }
}
