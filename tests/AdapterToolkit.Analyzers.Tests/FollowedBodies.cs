using AdapterToolkit.Analyzers.Rules;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>
/// Runs the rules about tensors twice: with every body followed, and with those alone in which the cheap pass sees that something can be wrong. Both report
/// the same, or the pass leaves out too much.
/// </summary>
internal static class FollowedBodies
{
    /// <summary>The analyzer as it follows every body.</summary>
    public static TensorUseAnalyzer All => new(int.MaxValue);

    /// <summary>The analyzer as it follows what can matter and nothing else, in a small program too.</summary>
    public static TensorUseAnalyzer OfInterest => new(mostWithoutSearch: 0);

    /// <summary>The ways in which an analyzer is to report the same.</summary>
    public static DiagnosticAnalyzer[] VariantsOf(DiagnosticAnalyzer analyzer) => analyzer is TensorUseAnalyzer ? [OfInterest, All] : [analyzer];

    /// <summary>A test of one of them.</summary>
    /// <typeparam name="T">The class of the analyzer.</typeparam>
    /// <param name="analyzer">The analyzer.</param>
    internal sealed class Test<T>(DiagnosticAnalyzer analyzer) : CSharpAnalyzerTest<T, DefaultVerifier>
        where T : DiagnosticAnalyzer, new()
    {
        /// <inheritdoc/>
        protected override IEnumerable<DiagnosticAnalyzer> GetDiagnosticAnalyzers() => [analyzer];
    }
}
