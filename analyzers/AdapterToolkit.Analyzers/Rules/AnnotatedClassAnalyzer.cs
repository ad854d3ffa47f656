using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>
/// A rule about classes that carry one of the toolkit's attributes. It looks at each class by itself, and asks discovery what
/// is wrong with it.
/// </summary>
public abstract class AnnotatedClassAnalyzer : ToolkitAnalyzer
{
    private readonly DiagnosticDescriptor _rule;
    private readonly Func<ClassContext, IEnumerable<DiagnosticSpec>> _check;

    /// <summary>Makes a rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="check">Finds the mistakes of a class. Those of other rules may be among them.</param>
    private protected AnnotatedClassAnalyzer(DiagnosticDescriptor rule, Func<ClassContext, IEnumerable<DiagnosticSpec>> check)
        : base(rule)
    {
        _rule = rule;
        _check = check;
    }

    /// <inheritdoc/>
    private protected sealed override void Start(CompilationStartAnalysisContext start)
    {
        if (start.Compilation.GetTypeByMetadataName(RuntimeNames.LowRankAttribute) is null || !IsToolkitUsed(start.Compilation))
            return;
        KnownTypes types = KnownTypes.Of(start.Compilation);
        RegisterClassAction(start, (context, type) =>
            Found.Report(context, _rule, _check(new ClassContext(type, types, context.Compilation, context.CancellationToken))));
    }
}
