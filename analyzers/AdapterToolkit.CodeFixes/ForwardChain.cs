using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.CodeFixes;

/// <summary>A <c>Forward</c> that runs modules one behind the other, each on what the one before it gave, and nothing else.</summary>
/// <param name="Calls">The calls, first to last.</param>
/// <param name="Modules">The members that hold the modules.</param>
/// <param name="Result">The expression that is returned.</param>
internal sealed record ForwardChain(IReadOnlyList<IInvocationOperation> Calls, IReadOnlyList<ISymbol> Modules, ExpressionSyntax Result)
{
    /// <summary>Reads the body of a method; null where it is no such chain.</summary>
    public static ForwardChain? Of(IMethodSymbol forward, IMethodBodyOperation body, KnownTypes types)
    {
        if (forward.Parameters.Where(parameter => types.IsTensor(parameter.Type)).ToArray() is not [ISymbol current]
            || (body.BlockBody ?? body.ExpressionBody) is not { } block)
            return null;
        List<IInvocationOperation> calls = [];
        for (int i = 0; i < block.Operations.Length; i++)
        {
            (IOperation? value, ISymbol? target) = block.Operations[i] switch
            {
                IReturnOperation { ReturnedValue: { } returned } when i == block.Operations.Length - 1 => (returned, null),
                IExpressionStatementOperation { Operation: ISimpleAssignmentOperation { IsRef: false } assignment } =>
                    (assignment.Value, Expression.VariableOf(assignment.Target)),
                IVariableDeclarationGroupOperation { Declarations: [{ Declarators: [{ Symbol.IsRef: false } declarator] }] } =>
                    (declarator.GetVariableInitializer()?.Value, declarator.Symbol),
                _ => ((IOperation?)null, (ISymbol?)null),
            };
            if (value is null || !Unfold(value, current, calls, types))
                return null;
            if (target is null)
                return block.Operations[i] is IReturnOperation && value.Syntax is ExpressionSyntax result
                    ? new ForwardChain(calls, [.. calls.Select(call => ModuleOf(call)!)], result)
                    : null;
            current = target;
        }

        return null;
    }

    /// <summary>Adds the calls that an expression is made of, inner ones first.</summary>
    private static bool Unfold(IOperation value, ISymbol input, List<IInvocationOperation> calls, KnownTypes types)
    {
        if (SymbolEqualityComparer.Default.Equals(Expression.VariableOf(value), input))
            return true;
        if (value is not IInvocationOperation { TargetMethod.Name: "Forward" } call || ModuleOf(call) is null || !types.IsModule(call.Instance!.Type)
            || call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0) is not { } first
            || call.Arguments.Any(argument => argument != first && argument.Value is not IParameterReferenceOperation && !argument.Value.ConstantValue.HasValue)
            || !Unfold(first.Value, input, calls, types))
            return false;
        calls.Add(call);
        return true;
    }

    private static ISymbol? ModuleOf(IInvocationOperation call) =>
        call.Instance is IMemberReferenceOperation { Instance: IInstanceReferenceOperation, Member: (IPropertySymbol or IFieldSymbol) and var member }
            ? member
            : null;
}
