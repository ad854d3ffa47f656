using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content>Statements that give variables their values.</content>
internal sealed partial class ForwardLifter
{
    private void LiftDeclarations(IVariableDeclarationGroupOperation group)
    {
        foreach (IVariableDeclarationOperation declaration in group.Declarations)
        {
            foreach (IVariableDeclaratorOperation declarator in declaration.Declarators)
            {
                if (!_types.IsTensor(declarator.Symbol.Type))
                    throw new LiftingException(
                        declarator.Syntax,
                        $"The declaration of '{declarator.Symbol.Name}', which computes with tensors",
                        "assign each tensor to a local of type Tensor, and read only its shape");
                if (declarator.Symbol.IsRef)
                    throw new LiftingException(declarator.Syntax, $"The reference '{declarator.Symbol.Name}' to a tensor variable", "use the variable itself");
                if (declarator.GetVariableInitializer() is { } initializer)
                    Assign(declarator.Symbol, LiftTensor(initializer.Value, declarator.Symbol.Name), declarator.Syntax);
            }
        }
    }

    private void LiftExpressionStatement(IExpressionStatementOperation statement)
    {
        IOperation expression = statement.Operation;
        if (expression is IDeconstructionAssignmentOperation { Target: var target, Value: var value }
            && ControlFlow.Undeclared(target) is ITupleOperation places
            && places.Elements.All(element =>
                _types.IsTensor(element.Type) && (element is IDiscardOperation || ControlFlow.VariableOf(element) is not null)))
        {
            ISymbol?[] variables = [.. places.Elements.Select(ControlFlow.VariableOf)];
            int[] values = LiftTuple(value, [.. variables.Select(variable => variable?.Name ?? "unused")]);
            for (int i = 0; i < values.Length; i++)
            {
                if (variables[i] is { } variable)
                    Assign(variable, values[i], places.Elements[i].Syntax);
            }

            return;
        }

        if (_types.IsTensor(expression.Type))
            LiftTensor(expression, "unused");
        else
            throw new LiftingException(
                expression.Syntax,
                OperationDescription.Of(expression),
                "it computes with tensors but is no tensor itself; keep tensors in locals of type Tensor");
    }
}
