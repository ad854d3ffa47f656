using System.Collections.Immutable;
using System.Globalization;
using AdapterToolkit.Analyzers.Merges;
using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers;

/// <summary>ADT0108: an adapter is merged into weights of 4 or 8 bits, which rounds it away.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MergeIntoQuantizedAnalyzer : DiagnosticAnalyzer
{
    private const int FewestBitsThatKeepAnAdapter = 16;

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.MergeIntoQuantized];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            MergeTypes types = new(start.Compilation);
            if (types.AreThere && !types.IsToolkit)
                start.RegisterOperationAction(operation => Analyze(operation, types), OperationKind.Invocation);
        });
    }

    private static void Analyze(OperationAnalysisContext context, MergeTypes types)
    {
        IInvocationOperation call = (IInvocationOperation)context.Operation;
        if (!types.IsMerge(call) || call.Instance is not { } target)
            return;
        int? bits = call.TargetMethod.Name == "MergeTo"
            ? call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value.ConstantValue is { HasValue: true, Value: int given } ? given : null
            : IsLoadedDense(target, call) ? null : TypeOf(target, context.ContainingSymbol) is { } type ? BitsOf(type, types) : null;
        if (bits < FewestBitsThatKeepAnAdapter)
            context.ReportDiagnostic(Diagnostic.Create(Rules.MergeIntoQuantized, call.Syntax.GetLocation(), target.Syntax.ToString(), bits.Value.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The type of the object that is merged, as narrow as it is known.</summary>
    private static ITypeSymbol? TypeOf(IOperation target, ISymbol around)
    {
        while (target is IConversionOperation conversion)
            target = conversion.Operand;
        if (target is ILocalReferenceOperation local && InitializerOf(local) is { } initializer && initializer.Type is { } type)
            return type;
        return target is IInstanceReferenceOperation ? around.ContainingType : target.Type;
    }

    private static IOperation? InitializerOf(ILocalReferenceOperation local)
    {
        foreach (IVariableDeclaratorOperation declarator in RootOf(local).Descendants().OfType<IVariableDeclaratorOperation>())
        {
            if (!SymbolEqualityComparer.Default.Equals(declarator.Symbol, local.Local))
                continue;
            IOperation? value = (declarator.Initializer ?? (declarator.Parent as IVariableDeclarationOperation)?.Initializer)?.Value;
            while (value is IConversionOperation conversion)
                value = conversion.Operand;
            return value;
        }

        return null;
    }

    private static IOperation RootOf(IOperation operation)
    {
        while (operation.Parent is { } parent)
            operation = parent;
        return operation;
    }

    /// <summary>The fewest bits in which a layer, or one of a model's layers that has an adapter, stores its weight; null where all are dense.</summary>
    private static int? BitsOf(ITypeSymbol type, MergeTypes types)
    {
        int? fewest = null;
        foreach ((ITypeSymbol part, _) in types.PartsOf(type))
        {
            for (ITypeSymbol? current = part; current is not null; current = current.BaseType)
            {
                if (KnownTypes.HasAttribute(current, LayerDiscovery.LowRankAttribute)
                    && KnownTypes.Attributes(current, KnownTypes.QuantizedAttribute).FirstOrDefault()?.ConstructorArguments is [{ Value: int bits }, ..]
                    && (fewest is null || bits < fewest))
                    fewest = bits;
            }
        }

        return fewest;
    }

    /// <summary>Whether the object was loaded with dense weights, whatever its class says.</summary>
    private static bool IsLoadedDense(IOperation target, IOperation call)
    {
        if (target is not ILocalReferenceOperation local)
            return false;
        if (InitializerOf(local) is { } initializer && initializer.DescendantsAndSelf().Any(IsDense))
            return true;
        return RootOf(call).Descendants().OfType<IInvocationOperation>()
            .Any(other => other.Instance is ILocalReferenceOperation receiver && SymbolEqualityComparer.Default.Equals(receiver.Local, local.Local) && other.Arguments.Any(argument => argument.Value.DescendantsAndSelf().Any(IsDense)));
    }

    private static bool IsDense(IOperation operation) => operation is IFieldReferenceOperation { Field: { Name: "Dense", ContainingType.Name: "WeightStorage" } };
}
