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

    /// <summary>Asserts what the fix makes of several files, and of a second project with the same files, all at once.</summary>
    /// <param name="sources">The sources.</param>
    /// <param name="expected">What they become.</param>
    public static Task CheckAll(string[] sources, string[] expected)
    {
        CSharpCodeFixTest<TAnalyzer, TFix, DefaultVerifier> test = new() { ReferenceAssemblies = new ReferenceAssemblies("net10.0"), CompilerDiagnostics = CompilerDiagnostics.Errors };
        foreach (SolutionState state in new[] { test.TestState, test.FixedState })
        {
            string[] texts = ReferenceEquals(state, test.TestState) ? sources : expected;
            ProjectState second = state.AdditionalProjects["Second"];
            foreach (ProjectState project in new[] { state, second })
            {
                foreach (string text in texts)
                    project.Sources.Add(text);
                project.Sources.Add(RuleTest<TAnalyzer>.Usings);
                project.AdditionalReferences.AddRange(RuleTest<TAnalyzer>.References);
            }
        }

        return test.RunAsync(TestContext.Current.CancellationToken);
    }

    private static Task Run(string source, string expected, string usings, ImmutableArray<MetadataReference> references, int action)
    {
        CSharpCodeFixTest<TAnalyzer, TFix, DefaultVerifier> test = new()
        {
            ReferenceAssemblies = new ReferenceAssemblies("net10.0"),
            CompilerDiagnostics = CompilerDiagnostics.Errors,
            CodeActionIndex = action,
        };
        foreach (SolutionState state in new[] { test.TestState, test.FixedState })
        {
            state.Sources.Add(ReferenceEquals(state, test.TestState) ? source : expected);
            state.Sources.Add(usings);
            state.AdditionalReferences.AddRange(references);
        }

        return test.RunAsync(TestContext.Current.CancellationToken);
    }
}
