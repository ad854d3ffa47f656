using AdapterToolkit.Generators.Lifting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Reach;

/// <content>Calls: of modules and operators, which only compute; of the class's own methods, which are walked; of others, which may do anything.</content>
internal sealed partial class ReachWalk
{
    private void Call(IInvocationOperation call, Body body, bool isDemanded)
    {
        IMethodSymbol method = call.TargetMethod;
        if (OnlyTests(call) is { } tested)
        {
            Drop(tested, body);
            return;
        }

        bool isOwn = method.MethodKind == MethodKind.LocalFunction || (IsOwn(method) && call.Instance is null or IInstanceReferenceOperation);
        if (isOwn)
        {
            HashSet<object>? used = RunVariants(method, isDemanded, call.IsVirtual, body);
            foreach (IArgumentOperation argument in call.Arguments)
                Evaluate(argument.Value, body, used is null || argument.Parameter is not { RefKind: RefKind.None } parameter
                    || used.Contains(parameter.OriginalDefinition));
            return;
        }

        bool onlyComputes = (method.Name == Forward && _types.IsModule(call.Instance?.Type))
            || OperatorReader.IsOperator(method) || IsQuery(method) || method is { Name: "GetEnumerator", Parameters.Length: 0 };
        bool isUsed = isDemanded || !onlyComputes;
        if (call.Instance is { } instance and not IInstanceReferenceOperation)
            Evaluate(instance, body, isUsed);
        else if (call.Instance is not null && !IsOfSystem(method) && !_types.IsOfToolkit(method.ContainingType))
            MayReachAll = true;
        foreach (IArgumentOperation argument in call.Arguments)
            Evaluate(argument.Value, body, isUsed);
    }

    /// <summary>Walks what a call of one of the class's own methods may run.</summary>
    /// <returns>The parameters whose values are used; null where that is not known.</returns>
    private HashSet<object>? RunVariants(IMethodSymbol method, bool isDemanded, bool isVirtual, Body body)
    {
        IMethodSymbol[] variants = isVirtual ? [.. VariantsOf(method).OfType<IMethodSymbol>()] : [method];
        if (variants.Length == 1 && !method.IsAbstract && (method.DeclaringSyntaxReferences.Length > 0 || method.MethodKind == MethodKind.LocalFunction))
            return Run(method, isDemanded, body.Graph);
        foreach (IMethodSymbol variant in variants)
            Run(variant, isDemanded, body.Graph);
        return null;
    }

    /// <summary>What a call looks at without running it: steps and ends of loops, ends of lifetimes, tests for null.</summary>
    private static IOperation? OnlyTests(IInvocationOperation call) => call switch
    {
        { Instance: { } instance, Arguments.Length: 0, TargetMethod.Name: "MoveNext" or "Dispose" or "DisposeAsync" or "Reset" } => instance,
        { Instance: null, Arguments: [{ Value: var value }, ..], TargetMethod: { Name: "ThrowIfNull", ContainingType.Name: "ArgumentNullException" } } => value,
        _ => null,
    };

    private static bool IsQuery(IMethodSymbol method) =>
        method.ContainingType is { Name: "Enumerable", ContainingNamespace: { Name: "Linq", ContainingNamespace.Name: "System" } };

    private static bool IsOfSystem(IMethodSymbol method) => method.ContainingType.SpecialType == SpecialType.System_Object;
}
