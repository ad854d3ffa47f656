using AdapterToolkit.Generators.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>An edit that touches no annotated class runs nothing after lifting again.</summary>
public sealed class IncrementalityTests
{
    private static readonly string[] s_trackedSteps =
    [
        AdapterToolkitGenerator.DiscoveredLayers,
        AdapterToolkitGenerator.LiftedModels,
        AdapterToolkitGenerator.NamespaceOfKernels,
        AdapterToolkitGenerator.PlannedConfigurations,
    ];

    [Fact]
    public void KeystrokeInAnotherFileRunsNothingAfterLifting()
    {
        GeneratorRunResult result = RunAfterEdit("class Unrelated { int _number; }", "class Unrelated { int _numbers; }", out CSharpCompilation _);
        foreach (string step in s_trackedSteps)
            AssertUnchanged(result.TrackedSteps[step]);
        AssertUnchanged(result.TrackedOutputSteps.SelectMany(outputs => outputs.Value));
        Assert.All(result.TrackedOutputSteps.SelectMany(outputs => outputs.Value).SelectMany(step => step.Outputs), output => Assert.Equal(IncrementalStepRunReason.Cached, output.Reason));
    }

    [Fact]
    public void EditOfOneModelLeavesTheOthers()
    {
        const string before = "namespace Users; [AdapterToolkit.AdapterModel] internal sealed partial class Extra { public Llama.Projection Layer { get; } = new(8, 8); public AdapterToolkit.Tensors.Tensor Forward(AdapterToolkit.Tensors.Tensor x) => Layer.Forward(x); }";
        GeneratorRunResult result = RunAfterEdit(before, before.Replace("Layer.Forward(x);", "Layer.Forward(x) + x;"), out _);
        IncrementalStepRunReason[] reasons = [.. result.TrackedSteps[AdapterToolkitGenerator.LiftedModels].SelectMany(step => step.Outputs).Select(output => output.Reason)];
        Assert.Single(reasons, IncrementalStepRunReason.Modified);
        Assert.Equal(reasons.Length - 1, reasons.Count(reason => reason is IncrementalStepRunReason.Unchanged or IncrementalStepRunReason.Cached));
        AssertUnchanged(result.TrackedSteps[AdapterToolkitGenerator.PlannedConfigurations]);
    }

    private static GeneratorRunResult RunAfterEdit(string before, string after, out CSharpCompilation edited)
    {
        SyntaxTree first = GeneratedProject.Parse(before, "Edited.cs");
        CSharpCompilation compilation = GeneratedProject.Create([GeneratedProject.ImplicitUsings, .. SampleSources.Llama()]).AddSyntaxTrees(first);
        GeneratedProject project = GeneratedProject.Compile(compilation);
        edited = compilation.ReplaceSyntaxTree(first, GeneratedProject.Parse(after, "Edited.cs"));
        return project.Driver.RunGenerators(edited).GetRunResult().Results.Single();
    }

    private static void AssertUnchanged(IEnumerable<IncrementalGeneratorRunStep> steps)
    {
        IncrementalStepRunReason[] reasons = [.. steps.SelectMany(step => step.Outputs).Select(output => output.Reason)];
        Assert.NotEmpty(reasons);
        Assert.All(reasons, reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, reason.ToString()));
    }
}
