using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Lifting;

/// <content>Arithmetic on tensors, each of whose signs stands for an operator.</content>
internal sealed partial class ForwardLifter
{
    private int LiftArithmetic(IMethodSymbol method, IReadOnlyList<IOperation> operands, SyntaxNode syntax, string? name)
    {
        if (!_types.IsArithmetic(method))
            throw new LiftingException(
                syntax,
                $"The operator '{method.Name}' of {method.ContainingType.Name}",
                "only the toolkit's own arithmetic of tensors can be differentiated");
        List<(int Value, CarriedText? Text, bool IsLasting)> arguments = [.. operands.Select(LiftOperand)];
        bool leftIsTensor = arguments[0].Value >= 0;
        bool rightIsTensor = arguments.Count > 1 && arguments[1].Value >= 0;
        switch (method.Name)
        {
            case "op_Addition" when leftIsTensor && rightIsTensor:
                return Operate("Add", name ?? "sum", syntax, arguments[0], arguments[1]);
            case "op_Addition":
                return Operate("AddScalar", name ?? "sum", syntax, leftIsTensor ? arguments : [arguments[1], arguments[0]]);
            case "op_Subtraction" when leftIsTensor && rightIsTensor:
                return Operate("Subtract", name ?? "difference", syntax, arguments[0], arguments[1]);
            case "op_Subtraction" when leftIsTensor:
                return Operate("AddScalar", name ?? "difference", syntax, arguments[0], Wrap("-(", arguments[1], ")"));
            case "op_Subtraction":
                return Operate("SubtractFrom", name ?? "difference", syntax, arguments[0], arguments[1]);
            case "op_Multiply" when leftIsTensor && rightIsTensor:
                return Operate("Multiply", name ?? "product", syntax, arguments[0], arguments[1]);
            case "op_Multiply":
                return Operate("Scale", name ?? "scaled", syntax, leftIsTensor ? arguments : [arguments[1], arguments[0]]);
            case "op_Division" when leftIsTensor && !rightIsTensor:
                return Operate("Scale", name ?? "scaled", syntax, arguments[0], Wrap("1f / (", arguments[1], ")"));
            case "op_UnaryNegation":
                return Operate("Negate", name ?? "negated", syntax, arguments[0]);
            case "op_UnaryPlus" when leftIsTensor:
                return arguments[0].Value;
            default:
                throw new LiftingException(
                    syntax,
                    $"The operator '{method.Name}' of Tensor",
                    "it has no gradient; use + - * on tensors and numbers, / by a number, or an operator of Op");
        }
    }

    private (int Value, CarriedText? Text, bool IsLasting) LiftOperand(IOperation operand)
    {
        if (_types.IsTensor(Unconverted(operand).Type))
            return (LiftTensor(operand), null, false);
        return (-1, _carrier.Carry(operand.Syntax), Lasting.Is(operand));
    }

    private static (int Value, CarriedText? Text, bool IsLasting) Wrap(string before, (int Value, CarriedText? Text, bool IsLasting) argument, string after) =>
        (-1, new CarriedText(new EquatableArray<TextPart>([new TextPart(before, -1), .. argument.Text!.Parts, new TextPart(after, -1)])), argument.IsLasting);

    /// <summary>Adds a call of a built-in operator.</summary>
    private int Operate(string method, string name, SyntaxNode syntax, params List<(int Value, CarriedText? Text, bool IsLasting)> arguments)
    {
        IMethodSymbol? found = _types.Operators?.GetMembers(method).OfType<IMethodSymbol>()
            .FirstOrDefault(candidate => candidate.Parameters.Length == arguments.Count && OperatorReader.IsOperator(candidate));
        if (found is null)
            throw new LiftingException(
                syntax, $"Arithmetic that stands for Op.{method}", "the referenced AdapterToolkit has no such operator; update the package");
        IEnumerable<Argument> given = arguments.Select((argument, i) => new Argument(
            found.Parameters[i].Name,
            argument.Value,
            argument.Text,
            argument.IsLasting,
            found.Parameters[i].Type.ToDisplayString(TypeNames.InFull),
            IsNamed: false));
        return AddOperator(found, CarriedText.Of(found.ContainingType.ToDisplayString(TypeNames.InFull)), isLasting: true, "", [.. given], syntax, name);
    }
}
