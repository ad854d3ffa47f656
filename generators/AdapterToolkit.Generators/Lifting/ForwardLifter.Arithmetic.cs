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
        List<Operand> arguments = [.. operands.Select(LiftOperand)];
        bool leftIsTensor = arguments[0].Value >= 0;
        bool rightIsTensor = arguments.Count > 1 && arguments[1].Value >= 0;
        switch (method.Name)
        {
            case "op_Addition" when leftIsTensor && rightIsTensor:
                return Operate(RuntimeNames.Members.Add, name ?? "sum", syntax, arguments[0], arguments[1]);
            case "op_Addition":
                return Operate(RuntimeNames.Members.AddScalar, name ?? "sum", syntax, leftIsTensor ? arguments : [arguments[1], arguments[0]]);
            case "op_Subtraction" when leftIsTensor && rightIsTensor:
                return Operate(RuntimeNames.Members.Subtract, name ?? "difference", syntax, arguments[0], arguments[1]);
            case "op_Subtraction" when leftIsTensor:
                return Operate(RuntimeNames.Members.AddScalar, name ?? "difference", syntax, arguments[0], Wrap("-(", arguments[1], ")"));
            case "op_Subtraction":
                return Operate(RuntimeNames.Members.SubtractFrom, name ?? "difference", syntax, arguments[0], arguments[1]);
            case "op_Multiply" when leftIsTensor && rightIsTensor:
                return Operate(RuntimeNames.Members.Multiply, name ?? "product", syntax, arguments[0], arguments[1]);
            case "op_Multiply":
                return Operate(RuntimeNames.Members.Scale, name ?? "scaled", syntax, leftIsTensor ? arguments : [arguments[1], arguments[0]]);
            case "op_Division" when leftIsTensor && !rightIsTensor:
                return Operate(RuntimeNames.Members.Scale, name ?? "scaled", syntax, arguments[0], Wrap("1f / (", arguments[1], ")"));
            case "op_UnaryNegation":
                return Operate(RuntimeNames.Members.Negate, name ?? "negated", syntax, arguments[0]);
            case "op_UnaryPlus" when leftIsTensor:
                return arguments[0].Value;
            default:
                throw new LiftingException(
                    syntax,
                    $"The operator '{method.Name}' of Tensor",
                    "it has no gradient; use + - * on tensors and numbers, / by a number, or an operator of Op");
        }
    }

    private Operand LiftOperand(IOperation operand)
    {
        if (_types.IsTensor(Unconverted(operand).Type))
            return new Operand(LiftTensor(operand), null, false);
        return BoundTo(operand) is { } bound
            ? new Operand(-1, bound.Code, bound.IsRematerializable)
            : new Operand(-1, _qualifier.Qualify(operand.Syntax), Rematerialization.IsPossible(operand));
    }

    private static Operand Wrap(string before, Operand operand, string after) => operand with { Code = Wrap(before, operand.Code!, after) };

    private static OpaqueCode Wrap(string before, OpaqueCode code, string after) =>
        new(new EquatableArray<CodePart>([new CodePart(before, -1), .. code.Parts, new CodePart(after, -1)]));

    /// <summary>Adds a call of a built-in operator.</summary>
    private int Operate(string method, string name, SyntaxNode syntax, params List<Operand> arguments)
    {
        IMethodSymbol? found = _types.Operators?.GetMembers(method).OfType<IMethodSymbol>()
            .FirstOrDefault(candidate => candidate.Parameters.Length == arguments.Count && OperatorReader.IsOperator(candidate));
        if (found is null)
            throw new LiftingException(
                syntax, $"Arithmetic that stands for Op.{method}", "the referenced AdapterToolkit has no such operator; update the package");
        IEnumerable<Argument> given = arguments.Select((argument, i) => new Argument(
            found.Parameters[i].Name,
            argument.Value,
            argument.Code,
            argument.IsRematerializable,
            found.Parameters[i].Type.ToDisplayString(TypeNames.InFull),
            _types.IsTensor(found.Parameters[i].Type)));
        OpaqueCode target = OpaqueCode.Of(found.ContainingType.ToDisplayString(TypeNames.InFull));
        return AddOperator(found, target, isRematerializable: true, "", [.. given], syntax, name);
    }
}
