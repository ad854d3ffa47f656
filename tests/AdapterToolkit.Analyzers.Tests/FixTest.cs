using System.Collections.Immutable;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>Runs one code fix over a source in which <c>{|ADT0001:text|}</c> marks what its rule reports.</summary>
/// <typeparam name="TAnalyzer">The analyzer.</typeparam>
/// <typeparam name="TFix">The code fix.</typeparam>
internal static class FixTest<TAnalyzer, TFix>
    where TAnalyzer : DiagnosticAnalyzer, new()
    where TFix : CodeFixProvider, new()
{
    private const string OtherProject = "Other";

    /// <summary>Asserts what the fix makes of a source, one place at a time and all at once in document, project and solution.</summary>
    /// <param name="source">The source.</param>
    /// <param name="expected">What it becomes; the source itself where no fix is offered.</param>
    /// <param name="action">Which of several offered changes to take.</param>
    public static Task Check(string source, string expected, int action = 0) =>
        Run([source], [expected], RuleTest<TAnalyzer>.Usings, RuleTest<TAnalyzer>.References, action);

    /// <summary>The same of two files of one project and a third of another, all of which have something to mend.</summary>
    /// <param name="sources">The files.</param>
    /// <param name="expected">What they become.</param>
    /// <param name="action">Which of several offered changes to take.</param>
    public static Task CheckSolution(string[] sources, string[] expected, int action = 0) =>
        Run(sources, expected, RuleTest<TAnalyzer>.Usings, RuleTest<TAnalyzer>.References, action);

    /// <summary>The same in a project that references TorchSharp and not the toolkit.</summary>
    public static Task CheckTorch(string source, string expected) =>
        Run([source], [expected], RuleTest<TAnalyzer>.TorchUsings, [.. Net100.References.All, TorchSharpReference.Value], 0);

    private static Task Run(string[] sources, string[] expected, string usings, ImmutableArray<MetadataReference> references, int action)
    {
        CSharpCodeFixTest<TAnalyzer, TFix, DefaultVerifier> test = new()
        {
            ReferenceAssemblies = new ReferenceAssemblies("net10.0"),
            CompilerDiagnostics = CompilerDiagnostics.Errors,
            CodeActionIndex = action,
        };
        if (sources.Length > 1)
        {
            test.NumberOfFixAllInDocumentIterations = sources.Length;
            test.NumberOfFixAllInProjectIterations = 2;
        }

        foreach ((SolutionState state, string[] files) in new[] { (test.TestState, sources), (test.FixedState, expected) })
        {
            foreach (string file in files.Take(2))
                state.Sources.Add(file);
            state.Sources.Add(usings);
            state.AdditionalReferences.AddRange(references);
            if (files.Length < 3)
                continue;
            ProjectState other = state.AdditionalProjects[OtherProject];
            other.Sources.Add(files[2]);
            other.Sources.Add(usings);
            other.AdditionalReferences.AddRange(references);
        }

        return test.RunAsync(TestContext.Current.CancellationToken);
    }
}
