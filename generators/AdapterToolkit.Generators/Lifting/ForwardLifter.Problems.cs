using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content>What can't be differentiated, said once at each place.</content>
internal sealed partial class ForwardLifter
{
    private void Report(SyntaxNode node, string what, string remedy)
    {
        if (BeginsWithPoisoned(node) || (node.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } && BeginsWithPoisoned(call)))
            return;
        for (CallFrame frame = _frame; frame is { IsInherited: true, Caller: { } caller, Call: { } place }; frame = caller)
        {
            if (caller.IsInherited)
                continue;
            what += $", in '{frame.Method.ContainingType.Name}.{frame.Method.Name}'";
            node = place;
        }

        LocationSpec location = LocationSpec.From(node.GetLocation());
        DiagnosticSpec diagnostic = new("ADT0201", location, new EquatableArray<string>([what, remedy]));
        if (!_diagnostics.Any(other => other.Location == location))
            _diagnostics.Add(diagnostic);
    }

    private bool BeginsWithPoisoned(SyntaxNode node) =>
        node.GetFirstToken().Parent is IdentifierNameSyntax name && _frame.Model.GetSymbolInfo(name).Symbol is { } symbol && _poisoned.Contains(symbol);

    /// <summary>
    /// Recovers from an error: gives values to what its statement would have assigned, so that it is reported once. What is made of
    /// its other variables, such as a call of the lambda or local function that could not be lifted, is no second one.
    /// </summary>
    private void Recover(IOperation statement)
    {
        foreach (IOperation descendant in statement.DescendantsAndSelf())
        {
            if (descendant is ILocalFunctionOperation function)
                _poisoned.Add(function.Symbol);
            if (descendant is not IVariableDeclaratorOperation declarator)
                continue;
            if (!_types.IsTensor(declarator.Symbol.Type))
                _poisoned.Add(declarator.Symbol);
            else if (!_variables.ContainsKey(declarator.Symbol))
                _variables[declarator.Symbol] = NewValue(declarator.Symbol.Name);
        }

        foreach (ISymbol variable in ControlFlow.AssignedTensors(statement, _types))
        {
            if (!_variables.ContainsKey(variable))
                _variables[variable] = NewValue(variable.Name);
        }
    }
}
