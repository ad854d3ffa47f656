using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content>
/// What the parameters of a helper stand for in a call: a tensor's value, an expression that means the same wherever it stands, or a variable.
/// </content>
internal sealed partial class ForwardLifter
{
    private void Bind(IArgumentOperation argument, IParameterSymbol parameter, CallFrame frame, Dictionary<ISymbol, int> variables)
    {
        if (_types.IsTensor(parameter.Type))
        {
            if (Unconverted(argument.Value).ConstantValue is { HasValue: true, Value: null })
                throw new LiftingException(
                    argument.Syntax, $"null for the tensor '{parameter.Name}' of a helper", "write a helper of its own for the case without that tensor");
            variables[parameter] = LiftTensor(argument.Value, parameter.Name);
            return;
        }

        string type = parameter.Type.ToDisplayString(TypeNames.InFull);
        BoundArgument bound = Evaluate(argument, parameter, type);
        if (!_assigned.Contains(parameter) && (bound.IsRematerializable || bound.Variable is not null))
        {
            frame.Bind(parameter, bound);
            return;
        }

        _operations.Add(new OpaqueStatement(_source, Wrap($"{type} {frame.NameOf(parameter)} = ", bound.Code, ";")));
    }

    private BoundArgument Evaluate(IArgumentOperation argument, IParameterSymbol parameter, string type)
    {
        bool isSame = argument.Value is not IConversionOperation { IsImplicit: true }
            && SymbolEqualityComparer.Default.Equals(argument.Value.Type, parameter.Type);
        if (argument.ArgumentKind == ArgumentKind.DefaultValue)
        {
            OpaqueCode constant = OpaqueCode.Of(DefaultOf(parameter) ?? ConstantOf(argument.Value, parameter.Type));
            return new BoundArgument(constant, type, isRematerializable: true, isParameter: false, label: null, variable: null);
        }

        if (argument.ArgumentKind is ArgumentKind.ParamArray or ArgumentKind.ParamCollection)
            return new BoundArgument(QualifyElements(argument), type, isRematerializable: false, isParameter: false, label: null, variable: null);
        if (isSame && BoundTo(argument.Value) is { } passedOn)
            return passedOn;

        SyntaxNode syntax = argument.Syntax is ArgumentSyntax given ? given.Expression : argument.Syntax;
        OpaqueCode code = _qualifier.Qualify(syntax);
        ISymbol? variable = isSame ? ControlFlow.VariableOf(argument.Value) : null;
        if (variable is not null && !_assigned.Contains(variable) && variable.ContainingSymbol is IMethodSymbol { MethodKind: not MethodKind.Constructor })
            return new BoundArgument(code, type, isRematerializable: false, IsParameter(argument.Value, parameter), LabelOf(syntax), code.Print(_ => ""));
        bool isRematerializable = Rematerialization.IsPossible(argument.Value) && !parameter.Type.IsRefLikeType;
        OpaqueCode converted = isSame || !isRematerializable ? code : Wrap($"(({type})(", code, "))");
        return new BoundArgument(converted, type, isRematerializable, isParameter: false, LabelOf(syntax), variable: null);
    }

    /// <summary>What an expression stands for that is a parameter of a helper; null of any other.</summary>
    private BoundArgument? BoundTo(IOperation operation)
    {
        while (operation is IConversionOperation { OperatorMethod: null, IsImplicit: true } conversion)
            operation = conversion.Operand;
        return operation is IParameterReferenceOperation { Parameter: var parameter } ? _frame.ArgumentOf(parameter) : null;
    }

    private static string ConstantOf(IOperation value, ITypeSymbol type) => value.ConstantValue.Value switch
    {
        null => type.IsValueType ? "default" : "null",
        object constant => SymbolDisplay.FormatPrimitive(constant, quoteStrings: true, useHexadecimalNumbers: false)!,
    };
}
