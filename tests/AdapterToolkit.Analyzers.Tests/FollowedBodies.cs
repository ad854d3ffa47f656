using AdapterToolkit.Analyzers.Rules;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>
/// Runs the rules about tensors with every body followed, and with those alone in which the cheap pass sees that something can be wrong. Both report the same,
/// or the pass leaves out too much. What is reported where less is followed is reported where more is, so that one of the two tells enough of a program: the
/// pass where something is to be reported, and all bodies where nothing is. Where ADAPTER_LONG_TESTS is 1, both are run.
/// </summary>
internal static class FollowedBodies
{
    /// <summary>The analyzer as it follows every body.</summary>
    public static TensorUseAnalyzer All => new(int.MaxValue);

    /// <summary>The analyzer as it follows what can matter and nothing else, in a small program too.</summary>
    public static TensorUseAnalyzer OfInterest => new(mostWithoutSearch: 0);

    /// <summary>Whether the tests are asked for in their long form.</summary>
    public static bool AreLongTestsAsked => Environment.GetEnvironmentVariable("ADAPTER_LONG_TESTS") == "1";

    /// <summary>The ways in which an analyzer is to report the same of a program.</summary>
    /// <param name="analyzer">The analyzer.</param>
    /// <param name="reports">Whether something is to be reported.</param>
    public static DiagnosticAnalyzer[] VariantsOf(DiagnosticAnalyzer analyzer, bool reports) =>
        analyzer is not TensorUseAnalyzer ? [analyzer] : AreLongTestsAsked ? [OfInterest, All] : reports ? [OfInterest] : [All];

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
