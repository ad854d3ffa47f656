using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Domains.Tensors;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>
/// The rules about what is done with tensors, which share one analysis of what each tensor is: ADT0101, ADT0102, ADT0103,
/// ADT0105, ADT0106 and ADT0109.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TensorUseAnalyzer() : ToolkitAnalyzer([.. s_rules.Select(rule => rule.Descriptor)])
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

    private protected override void Start(CompilationStartAnalysisContext start)
    {
        ValueAnalysis analysis = new(start.Compilation, s_rules);
        if (!analysis.Types.AreThere)
            return;
        BodiesOfInterest bodies = new(start.Compilation, analysis.Types);
        start.RegisterOperationBlockAction(block => Analyze(block, analysis, bodies));
    }

    private static void Analyze(OperationBlockAnalysisContext context, ValueAnalysis analysis, BodiesOfInterest bodies)
    {
        HashSet<IOperation> roots = [];
        foreach (IOperation block in context.OperationBlocks)
        {
            bool mayMatter = analysis.Types.HasTorch || bodies.Contain(block.Syntax, context.OwningSymbol, context.CancellationToken);
            if (!mayMatter)
                continue;
            IOperation root = block;
            while (root.Parent is { } parent)
                root = parent;
            if (!MeetsTensors(block, analysis.Types) || !roots.Add(root) || block.Kind is OperationKind.None or OperationKind.Invalid)
                continue;
            ControlFlowGraph graph = context.GetControlFlowGraph(block);
            foreach (Finding finding in analysis.Run(graph, context.OwningSymbol, context.CancellationToken).Findings
                .Where(finding => !IsHalfTyped(finding.Place)).OrderBy(finding => finding.Place.SpanStart))
                context.ReportDiagnostic(Diagnostic.Create(finding.Rule, finding.Place.GetLocation(),
                    ImmutableDictionary<string, string?>.Empty.Add(ProductOfFactorsRule.Operand, finding.Operand), [.. finding.Arguments]));
        }
    }

    /// <summary>Whether the statement around an expression is not yet written to its end.</summary>
    private static bool IsHalfTyped(SyntaxNode place) =>
        (place.FirstAncestorOrSelf<StatementSyntax>() ?? place).GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    /// <summary>Whether a body can break one of the rules: it names a tensor, or multiplies matrices.</summary>
    private static bool MeetsTensors(IOperation block, TensorTypes types)
    {
        foreach (IOperation operation in block.Descendants())
        {
            bool meets = operation switch
            {
                IInvocationOperation call => types.HoldsTensor(call.Type) || types.HoldsTensor(call.TargetMethod.ContainingType)
                    || TensorTypes.Is(call.TargetMethod.ContainingType, types.TorchOptimizers) || MatrixProduct.IsProduct(call.TargetMethod, types),
                IMemberReferenceOperation or ILocalReferenceOperation or IParameterReferenceOperation or IObjectCreationOperation =>
                    types.HoldsTensor(operation.Type),
                IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply } binary => types.IsMatrix(binary.Type),
                _ => false,
            };
            if (meets)
                return true;
        }

        return false;
    }
}
