using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Domains.Tensors;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>
/// The rules about what is done with tensors, which share one analysis of what each tensor is: ADT0101, ADT0102, ADT0103,
/// ADT0105, ADT0106 and ADT0109.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TensorUseAnalyzer : ToolkitAnalyzer
{
    private static readonly ImmutableArray<TensorRule> s_rules =
    [
        new ProductOfFactorsRule(),
        new FrozenWeightTrainsRule(),
        new FrozenWeightWrittenRule(),
        new WeightPastAdapterRule(),
        new FactorStartRule(),
        new AdapterTermAloneRule(),
    ];

    private readonly int _mostWithoutSearch;

    /// <summary>Makes the analyzer.</summary>
    public TensorUseAnalyzer()
        : this(BodiesOfInterest.MostWithoutSearch)
    {
    }

    /// <summary>Makes the analyzer.</summary>
    /// <param name="mostWithoutSearch">How many members are followed before it is found out which of them can matter.</param>
    internal TensorUseAnalyzer(int mostWithoutSearch)
        : base([.. s_rules.Select(rule => rule.Descriptor)]) => _mostWithoutSearch = mostWithoutSearch;

    private protected override void Start(CompilationStartAnalysisContext start)
    {
        if (!TensorTypes.AreIn(start.Compilation))
            return;
        ValueAnalysis analysis = new(start.Compilation, s_rules);
        BodiesOfInterest bodies = new(start.Compilation, analysis, _mostWithoutSearch);
        RegisterBodyAction(start, bodies.In, body => Analyze(body, analysis));
    }

    private static void Analyze(BodyContext body, ValueAnalysis analysis)
    {
        foreach (Finding finding in analysis.Run(body.Symbol, body.Cancellation).Findings
            .Where(finding => !IsHalfTyped(finding.Place)).OrderBy(finding => finding.Place.SpanStart))
            body.Report(Diagnostic.Create(finding.Rule, finding.Place.GetLocation(),
                ImmutableDictionary<string, string?>.Empty.Add(ProductOfFactorsRule.Operand, finding.Operand), [.. finding.Arguments]));
    }

    /// <summary>Whether the statement around an expression is not yet written to its end.</summary>
    private static bool IsHalfTyped(SyntaxNode place) =>
        (place.FirstAncestorOrSelf<StatementSyntax>() ?? place).GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
}
