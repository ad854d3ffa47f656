using System.Globalization;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content>The arguments of a call: tensors become values, everything else stays opaque code.</content>
internal sealed partial class ForwardLifter
{
    private List<Argument> LiftArguments(IInvocationOperation invocation)
    {
        Dictionary<int, Argument> lifted = [];
        foreach (IArgumentOperation argument in invocation.Arguments)
        {
            if (argument.Parameter is not { } parameter)
                continue;
            if (argument.ArgumentKind != ArgumentKind.DefaultValue)
                lifted[parameter.Ordinal] = LiftArgument(argument, parameter);
            else if (OperatorReader.IsFromPass(parameter) && _attentions.TryGetValue(KeyOf(invocation.Syntax, _frame), out int attention))
                lifted[parameter.Ordinal] = new Argument(
                    parameter.Name, -1, null, false, parameter.Type.ToDisplayString(TypeNames.InFull), TakesTensor: false, Attention: attention);
            else if (DefaultOf(parameter) is { } text)
                lifted[parameter.Ordinal] = new Argument(
                    parameter.Name, -1, OpaqueCode.Of(text), true, parameter.Type.ToDisplayString(TypeNames.InFull), _types.IsTensor(parameter.Type));
        }

        List<Argument> arguments = [];
        for (int i = 0; i < invocation.TargetMethod.Parameters.Length; i++)
        {
            if (lifted.TryGetValue(i, out Argument? argument))
                arguments.Add(argument with { IsNamed = arguments.Count < i });
        }

        return arguments;
    }

    /// <summary>The default value of a parameter that a call leaves out; null where only the compiler can write it.</summary>
    private static string? DefaultOf(IParameterSymbol parameter)
    {
        if (!parameter.HasExplicitDefaultValue
            || parameter.GetAttributes().Any(attribute => attribute.AttributeClass?.Name.StartsWith("Caller", StringComparison.Ordinal) == true))
            return null;
        string? text = parameter.ExplicitDefaultValue switch
        {
            null => parameter.Type.IsValueType ? "default" : "null",
            float number => number.ToString("R", CultureInfo.InvariantCulture) + "f",
            double number => number.ToString("R", CultureInfo.InvariantCulture) + "d",
            object value => SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false),
        };
        return parameter.Type.TypeKind == TypeKind.Enum ? $"({parameter.Type.ToDisplayString(TypeNames.InFull)})({text})" : text;
    }

    private Argument LiftArgument(IArgumentOperation argument, IParameterSymbol parameter)
    {
        if (parameter.RefKind is RefKind.Ref or RefKind.Out)
            throw new LiftingException(
                argument.Syntax, $"An argument passed by reference ('{parameter.Name}')", "call the method in a statement of its own, without tensors");
        string type = parameter.Type.ToDisplayString(TypeNames.InFull);
        IOperation value = Unconverted(argument.Value);
        bool isNull = value.ConstantValue is { HasValue: true, Value: null };
        if (_types.IsTensor(parameter.Type) && !isNull)
            return new Argument(parameter.Name, LiftTensor(value), null, false, type, TakesTensor: true);
        if (argument.ArgumentKind is ArgumentKind.ParamArray or ArgumentKind.ParamCollection)
            return new Argument(parameter.Name, -1, QualifyElements(argument), false, type, TakesTensor: false);
        SyntaxNode syntax = argument.Syntax is ArgumentSyntax given ? given.Expression : argument.Syntax;
        bool isStack = parameter.Type.IsRefLikeType;
        if (!isStack && BoundTo(argument.Value) is { } bound)
            return new Argument(
                parameter.Name,
                -1,
                bound.Code,
                bound.IsRematerializable,
                type,
                _types.IsTensor(parameter.Type),
                IsParameter: bound.IsParameter && bound.Type == type);
        return new Argument(
            parameter.Name,
            -1,
            isNull ? OpaqueCode.Of("null") : _qualifier.Qualify(syntax),
            Rematerialization.IsPossible(argument.Value) && !isStack,
            isStack ? "" : type,
            _types.IsTensor(parameter.Type),
            IsParameter: IsParameter(value, parameter));
    }

    /// <summary>Whether an argument is a parameter of <c>Forward</c>, of the type that it is passed as, and nothing assigns it.</summary>
    private bool IsParameter(IOperation value, IParameterSymbol target) =>
        value is IParameterReferenceOperation reference
        && SymbolEqualityComparer.Default.Equals(reference.Parameter.ContainingSymbol, _forward)
        && SymbolEqualityComparer.Default.Equals(reference.Parameter.Type, target.Type)
        && !_assigned.Contains(reference.Parameter);

    private OpaqueCode QualifyElements(IArgumentOperation argument)
    {
        IEnumerable<IOperation> elements = argument.Value switch
        {
            IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues,
            ICollectionExpressionOperation collection => collection.Elements,
            _ => [],
        };
        List<object> pieces = ["["];
        foreach (IOperation element in elements)
        {
            if (_types.IsTensor(element.Type))
                throw new LiftingException(element.Syntax, "A tensor in a list of arguments", "the operator must take each tensor as a parameter of its own");
            if (pieces.Count > 1)
                pieces.Add(", ");
            pieces.Add(element.Syntax);
        }

        pieces.Add("]");
        return _qualifier.Qualify([.. pieces]);
    }
}
