using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Merges;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0107: an adapter is merged twice, or used after a merge.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MergeOnceAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.UsedAfterMerge];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            MergeTypes types = new(start.Compilation);
            if (types.AreThere && !types.IsToolkit)
                start.RegisterOperationBlockAction(block => Analyze(block, types));
        });
    }

    private static void Analyze(OperationBlockAnalysisContext context, MergeTypes types)
    {
        foreach (IOperation block in context.OperationBlocks)
        {
            bool merges = block.Kind is not OperationKind.None && block.Descendants().OfType<IInvocationOperation>().Any(call => types.IsMerge(call) || IsOwnWithModule(call, types));
            if (!merges)
                continue;
            foreach (KeyValuePair<SyntaxNode, (string Name, string What)> finding in new MergeFlow(types, context.GetControlFlowGraph(block), 0, context.CancellationToken).Run(MergeState.Empty).Findings)
                context.ReportDiagnostic(Diagnostic.Create(Rules.UsedAfterMerge, finding.Key.GetLocation(), finding.Value.Name, finding.Value.What));
        }
    }

    /// <summary>Whether a method of the compilation is called that could merge the module it is given.</summary>
    private static bool IsOwnWithModule(IInvocationOperation call, MergeTypes types) =>
        call.TargetMethod.DeclaringSyntaxReferences.Length > 0 && call.TargetMethod.Name.IndexOf("Merge", StringComparison.Ordinal) >= 0
        && (call.Instance is IInstanceReferenceOperation || call.Arguments.Any(argument => types.Known.IsModule(argument.Value.Type)));
}
