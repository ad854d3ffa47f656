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
        if (BeginsWithUnknown(node) || (node.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } && BeginsWithUnknown(call)))
            return;
        LocationSpec location = LocationSpec.From(node.GetLocation());
        DiagnosticSpec diagnostic = new("ADT0201", location, new EquatableArray<string>([what, remedy]));
        if (!_diagnostics.Any(other => other.Location == location))
            _diagnostics.Add(diagnostic);
    }

    private bool BeginsWithUnknown(SyntaxNode node) =>
        node.GetFirstToken().Parent is IdentifierNameSyntax name && _model.GetSymbolInfo(name).Symbol is { } symbol && _unknown.Contains(symbol);

    /// <summary>
    /// Gives values to what a statement with an error would have assigned, so that the error is reported once: what is made of
    /// its other variables, such as a call of the lambda or local function that could not be lifted, is no second one.
    /// </summary>
    private void GiveValues(IOperation statement)
    {
        foreach (IOperation descendant in statement.DescendantsAndSelf())
        {
            if (descendant is ILocalFunctionOperation function)
                _unknown.Add(function.Symbol);
            if (descendant is not IVariableDeclaratorOperation declarator)
                continue;
            if (!_types.IsTensor(declarator.Symbol.Type))
                _unknown.Add(declarator.Symbol);
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
