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
    /// <summary>Asserts what the fix makes of a source, one place at a time and all at once in document, project and solution.</summary>
    /// <param name="source">The source.</param>
    /// <param name="expected">What it becomes; the source itself where no fix is offered.</param>
    /// <param name="action">Which of several offered changes to take.</param>
    public static Task Check(string source, string expected, int action = 0) => Run(source, expected, RuleTest<TAnalyzer>.Usings, RuleTest<TAnalyzer>.References, action);

    /// <summary>The same in a project that references TorchSharp and not the toolkit.</summary>
    public static Task CheckTorch(string source, string expected) =>
        Run(source, expected, RuleTest<TAnalyzer>.TorchUsings, [.. Net100.References.All, TorchSharpReference.Value], 0);

    /// <summary>Asserts what the fix makes of several files of one project and of a second project, one place at a time and all at once.</summary>
    /// <param name="files">The files and what they become; the last one is the second project's, which references the first.</param>
    public static Task CheckSolution(params (string Source, string Expected)[] files)
    {
        CSharpCodeFixTest<TAnalyzer, TFix, DefaultVerifier> test = New();
        foreach (SolutionState state in new[] { test.TestState, test.FixedState })
        {
            state.AdditionalReferences.AddRange(RuleTest<TAnalyzer>.References);
            state.Sources.Add(RuleTest<TAnalyzer>.Usings);
            foreach ((string source, string expected) in files[..^1])
                state.Sources.Add(ReferenceEquals(state, test.TestState) ? source : expected);
            ProjectState second = state.AdditionalProjects["Second"];
            second.AdditionalReferences.AddRange(RuleTest<TAnalyzer>.References);
            second.AdditionalProjectReferences.Add("TestProject");
            second.Sources.Add(RuleTest<TAnalyzer>.Usings);
            second.Sources.Add(ReferenceEquals(state, test.TestState) ? files[^1].Source : files[^1].Expected);
        }

        return test.RunAsync(TestContext.Current.CancellationToken);
    }

    private static CSharpCodeFixTest<TAnalyzer, TFix, DefaultVerifier> New(int action = 0) => new()
    {
        ReferenceAssemblies = new ReferenceAssemblies("net10.0"),
        CompilerDiagnostics = CompilerDiagnostics.Errors,
        CodeActionIndex = action,
    };

    private static Task Run(string source, string expected, string usings, ImmutableArray<MetadataReference> references, int action)
    {
        CSharpCodeFixTest<TAnalyzer, TFix, DefaultVerifier> test = New(action);
        foreach (SolutionState state in new[] { test.TestState, test.FixedState })
        {
            state.Sources.Add(ReferenceEquals(state, test.TestState) ? source : expected);
            state.Sources.Add(usings);
            state.AdditionalReferences.AddRange(references);
        }

        return test.RunAsync(TestContext.Current.CancellationToken);
    }
}
