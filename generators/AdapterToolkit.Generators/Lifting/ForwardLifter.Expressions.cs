using System.Globalization;
using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content>Expressions that compute tensors.</content>
internal sealed partial class ForwardLifter
{
    private const string BackwardMethod = "Backward";
    private const string EvaluateMethod = "Evaluate";
    private const string ForwardMethod = "Forward";
    private const string ForwardSavingMethod = "ForwardSaving";

    /// <summary>Lifts an expression that computes a tensor.</summary>
    /// <param name="operation">The expression.</param>
    /// <param name="name">A name for its value, where it has none yet.</param>
    /// <returns>The value.</returns>
    private int LiftTensor(IOperation operation, string? name = null)
    {
        operation = Unconverted(operation);
        switch (operation)
        {
            case ILocalReferenceOperation or IParameterReferenceOperation when _types.IsTensor(operation.Type):
                return ValueOf(ControlFlow.VariableOf(operation)!, operation.Syntax);
            case ISimpleAssignmentOperation { IsRef: false } assignment when ControlFlow.VariableOf(assignment.Target) is { } variable:
                return _variables[variable] = LiftTensor(assignment.Value, variable.Name);
            case ICompoundAssignmentOperation { OperatorMethod: { } method } assignment when ControlFlow.VariableOf(assignment.Target) is { } variable:
                return _variables[variable] = LiftArithmetic(method, [assignment.Target, assignment.Value], assignment.Syntax, variable.Name);
            case IBinaryOperation { OperatorMethod: { } method } binary:
                return LiftArithmetic(method, [binary.LeftOperand, binary.RightOperand], binary.Syntax, name);
            case IUnaryOperation { OperatorMethod: { } method } unary:
                return LiftArithmetic(method, [unary.Operand], unary.Syntax, name);
            case IInvocationOperation invocation:
                return LiftInvocation(invocation, name);
            case IConditionalOperation conditional:
                return LiftConditional(
                    () => _carrier.Carry(conditional.Condition.Syntax),
                    () => LiftArmOf(conditional.WhenTrue),
                    () => LiftArmOf(conditional.WhenFalse!),
                    name ?? "chosen");
            case ISwitchExpressionOperation choice:
                return LiftSwitchExpression(choice, name ?? "chosen");
            default:
                throw new LiftingException(operation.Syntax, Describe(operation), "call an operator of Op, a module, or a method of your own marked [Gradient]");
        }
    }

    private static IOperation Unconverted(IOperation operation)
    {
        while (operation is IConversionOperation { OperatorMethod: null } conversion)
            operation = conversion.Operand;
        return operation;
    }

    private int LiftArithmetic(IMethodSymbol method, IReadOnlyList<IOperation> operands, SyntaxNode syntax, string? name)
    {
        if (!_types.IsTensor(method.ContainingType))
            throw new LiftingException(syntax, $"The operator '{method.Name}' of {method.ContainingType.Name}", "only Tensor's own arithmetic can be differentiated");
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
                throw new LiftingException(syntax, $"The operator '{method.Name}' of Tensor", "it has no gradient; use + - * on tensors and numbers, / by a number, or an operator of Op");
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
        IMethodSymbol? found = _types.Operators?.GetMembers(method).OfType<IMethodSymbol>().FirstOrDefault(candidate => candidate.Parameters.Length == arguments.Count && OperatorReader.IsOperator(candidate));
        if (found is null)
            throw new LiftingException(syntax, $"Arithmetic that stands for Op.{method}", "the referenced AdapterToolkit has no such operator; update the package");
        IEnumerable<Argument> given = arguments.Select((argument, i) => new Argument(
            found.Parameters[i].Name, argument.Value, argument.Text, argument.IsLasting, found.Parameters[i].Type.ToDisplayString(TextCarrier.TypeFormat), IsNamed: false));
        return AddOperator(found, CarriedText.Of(found.ContainingType.ToDisplayString(TextCarrier.TypeFormat)), isLasting: true, "", [.. given], syntax, name);
    }

    private int AddOperator(IMethodSymbol method, CarriedText target, bool isLasting, string targetType, IReadOnlyList<Argument> arguments, SyntaxNode syntax, string name)
    {
        OperatorAnnotations annotations = _operators.Read(method, syntax);
        foreach (Argument argument in arguments.Where(argument => argument.IsTensor))
        {
            if (!annotations.Gradients.Any(gradient => gradient.For is null || gradient.For == argument.Parameter))
                throw new LiftingException(syntax, $"The operator '{method.ContainingType.Name}.{method.Name}' has no gradient for its parameter '{argument.Parameter}'", $"add [Gradient(..., For = \"{argument.Parameter}\")]");
        }

        foreach (Argument argument in arguments.Where(argument => !argument.IsTensor && argument.Type.Length == 0))
        {
            if (annotations.Gradients.Any(gradient => gradient.Parameters.Contains(argument.Parameter)))
                throw new LiftingException(syntax, $"The argument '{argument.Parameter}' of '{method.ContainingType.Name}.{method.Name}'", "its gradient needs it, but a value on the stack can't be kept for the backward pass; take an array or ReadOnlyMemory");
        }

        int result = NewValue(name);
        _operations.Add(new OperatorCall(
            _source, result, target, isLasting, targetType, OperatorReader.NameOf(method, method), new EquatableArray<Argument>(arguments), annotations.Gradients, annotations.SavingMethod, annotations.SavedOutputs));
        return result;
    }

    private int LiftInvocation(IInvocationOperation invocation, string? name)
    {
        IMethodSymbol method = invocation.TargetMethod;
        if (OperatorReader.IsOperator(method) && _types.IsTensor(method.ReturnType))
        {
            if (method.IsStatic)
            {
                CarriedText type = CarriedText.Of(method.ContainingType.ToDisplayString(TextCarrier.TypeFormat));
                return AddOperator(method, type, isLasting: true, "", LiftArguments(invocation), invocation.Syntax, name ?? LowerFirst(method.Name));
            }

            if (invocation.Instance is null || _types.IsTensor(invocation.Instance.Type))
                throw new LiftingException(invocation.Syntax, $"A call of '{method.Name}' on a tensor", "make the operator a static method that takes the tensor as a parameter");
            CarriedText target = invocation.Instance.IsImplicit ? CarriedText.Of("this") : _carrier.Carry(invocation.Instance.Syntax);
            string targetType = invocation.Instance.Type!.ToDisplayString(TextCarrier.TypeFormat);
            return AddOperator(method, target, Lasting.Is(invocation.Instance), targetType, LiftArguments(invocation), invocation.Syntax, name ?? LowerFirst(method.Name));
        }

        if (invocation.Instance is { } receiver && method.Name == ForwardMethod && _types.IsModule(receiver.Type))
            return LiftLayer(invocation, receiver, name);
        if (invocation.Instance is { } module && _types.IsModule(module.Type))
            throw new LiftingException(invocation.Syntax, $"A call of '{method.Name}', which has no gradient", "write its body here, mark it [Gradient] with a gradient method, or move it into a module of its own, marked [AdapterModel]");
        throw new LiftingException(invocation.Syntax, $"A call of '{method.ContainingType.Name}.{method.Name}', which has no gradient", "use an operator of Op or a module, or mark the method [Gradient] and write its gradient method");
    }

    private int LiftLayer(IInvocationOperation invocation, IOperation receiver, string? name)
    {
        if (receiver is IInstanceReferenceOperation)
            throw new LiftingException(invocation.Syntax, "A call of the class's own or its base's Forward", "a module's Forward can't call itself; hold another module in a property");
        ITypeSymbol type = receiver.Type!;
        string label = LabelOf(receiver.Syntax) ?? type.Name;
        bool isMarked = KnownTypes.IsMarkedModel(type);
        bool takesTensors = invocation.TargetMethod.Parameters.Any(parameter => _types.IsTensor(parameter.Type));
        bool hasBackward = isMarked || (Has(type, ForwardSavingMethod) && Has(type, BackwardMethod));
        if (!hasBackward && takesTensors)
            throw new LiftingException(invocation.Syntax, $"A call of module {type.Name}, which has no ForwardSaving and no Backward", "mark its class [AdapterModel], or write the two methods that the documentation of Module describes");
        CarriedText module = _carrier.Carry(receiver.Syntax);
        IReadOnlyList<Argument> arguments = LiftArguments(invocation);
        int result = NewValue(name is null or "result" ? $"{LowerFirst(label)}{(label.EndsWith("Output", StringComparison.OrdinalIgnoreCase) ? "Result" : "Output")}" : name);
        _operations.Add(new LayerCall(
            _source,
            result,
            module,
            Lasting.Is(receiver),
            type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(TextCarrier.TypeFormat),
            label,
            isMarked || Has(type, EvaluateMethod) ? EvaluateMethod : ForwardMethod,
            hasBackward,
            new EquatableArray<Argument>(arguments)));
        return result;
    }

    private static bool Has(ITypeSymbol type, string method)
    {
        for (ITypeSymbol? current = type is ITypeParameterSymbol parameter ? parameter.ConstraintTypes.FirstOrDefault() : type; current is not null; current = current.BaseType)
        {
            if (current.GetMembers(method).OfType<IMethodSymbol>().Any())
                return true;
        }

        return false;
    }

    private List<Argument> LiftArguments(IInvocationOperation invocation)
    {
        Dictionary<int, Argument> lifted = [];
        foreach (IArgumentOperation argument in invocation.Arguments)
        {
            if (argument.Parameter is not { } parameter)
                continue;
            if (argument.ArgumentKind != ArgumentKind.DefaultValue)
                lifted[parameter.Ordinal] = LiftArgument(argument, parameter);
            else if (DefaultOf(parameter) is { } text)
                lifted[parameter.Ordinal] = new Argument(parameter.Name, -1, CarriedText.Of(text), true, parameter.Type.ToDisplayString(TextCarrier.TypeFormat), false);
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
        if (!parameter.HasExplicitDefaultValue || parameter.GetAttributes().Any(attribute => attribute.AttributeClass?.Name.StartsWith("Caller", StringComparison.Ordinal) == true))
            return null;
        string? text = parameter.ExplicitDefaultValue switch
        {
            null => parameter.Type.IsValueType ? "default" : "null",
            float number => number.ToString("R", CultureInfo.InvariantCulture) + "f",
            double number => number.ToString("R", CultureInfo.InvariantCulture) + "d",
            object value => SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false),
        };
        return parameter.Type.TypeKind == TypeKind.Enum ? $"({parameter.Type.ToDisplayString(TextCarrier.TypeFormat)})({text})" : text;
    }

    private Argument LiftArgument(IArgumentOperation argument, IParameterSymbol parameter)
    {
        if (parameter.RefKind is RefKind.Ref or RefKind.Out)
            throw new LiftingException(argument.Syntax, $"An argument passed by reference ('{parameter.Name}')", "call the method in a statement of its own, without tensors");
        string type = parameter.Type.ToDisplayString(TextCarrier.TypeFormat);
        IOperation value = Unconverted(argument.Value);
        bool isNull = value.ConstantValue is { HasValue: true, Value: null };
        if (_types.IsTensor(parameter.Type) && !isNull)
            return new Argument(parameter.Name, LiftTensor(value), null, false, type, false);
        if (argument.ArgumentKind is ArgumentKind.ParamArray or ArgumentKind.ParamCollection)
            return new Argument(parameter.Name, -1, CarryElements(argument), false, type, false);
        SyntaxNode syntax = argument.Syntax is ArgumentSyntax given ? given.Expression : argument.Syntax;
        bool isStack = parameter.Type.IsRefLikeType;
        return new Argument(parameter.Name, -1, isNull ? CarriedText.Of("null") : _carrier.Carry(syntax), Lasting.Is(argument.Value) && !isStack, isStack ? "" : type, false, IsParameter(value, parameter));
    }

    /// <summary>Whether an argument is a parameter of <c>Forward</c>, of the type that it is passed as, and nothing assigns it.</summary>
    private bool IsParameter(IOperation value, IParameterSymbol target) =>
        value is IParameterReferenceOperation reference
        && SymbolEqualityComparer.Default.Equals(reference.Parameter.ContainingSymbol, _forward)
        && SymbolEqualityComparer.Default.Equals(reference.Parameter.Type, target.Type)
        && !_assigned.Contains(reference.Parameter);

    private CarriedText CarryElements(IArgumentOperation argument)
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
        return _carrier.Carry([.. pieces]);
    }

    private int LiftConditional(Func<CarriedText> carryCondition, Func<Terminator> liftThen, Func<Terminator> liftElse, string name)
    {
        CarriedText condition = carryCondition();
        Dictionary<ISymbol, int> before = _variables;
        (Region then, Dictionary<ISymbol, int> afterThen) = LiftArm(liftThen, before);
        (Region otherwise, Dictionary<ISymbol, int> afterElse) = LiftArm(liftElse, before);
        _variables = before;
        if (before.Any(variable => afterThen[variable.Key] != variable.Value || afterElse[variable.Key] != variable.Value))
            throw new LiftingException(_conditionalArm!, "An assignment to a tensor inside a conditional expression", "use an if statement");
        int result = NewValue(name);
        _operations.Add(new Choice(_source, condition, then, otherwise, new EquatableArray<int>([result])));
        return result;
    }

    private Terminator LiftArmOf(IOperation value)
    {
        _conditionalArm = value.Syntax;
        if (Unconverted(value) is IThrowOperation exception)
            return new Terminator(TerminatorKind.Throw, default, _carrier.Carry(exception.Syntax, ";"));
        return new Terminator(TerminatorKind.Yield, new EquatableArray<int>([LiftTensor(value)]));
    }

    private int LiftSwitchExpression(ISwitchExpressionOperation choice, string name)
    {
        SwitchExpressionSyntax syntax = (SwitchExpressionSyntax)choice.Syntax;
        string selector = SelectorOf(choice.Value, syntax.GoverningExpression);
        return Chain(0);

        int Chain(int index)
        {
            ISwitchExpressionArmOperation arm = choice.Arms[index];
            SwitchExpressionArmSyntax armSyntax = syntax.Arms[index];
            bool isLast = arm.Pattern is IDiscardPatternOperation && arm.Guard is null;
            if (isLast)
                return LiftTensor(arm.Value, name);
            return LiftConditional(
                () => armSyntax.WhenClause is { } guard
                    ? _carrier.Carry($"{selector} is ", armSyntax.Pattern, " && (", guard.Condition, ")")
                    : _carrier.Carry($"{selector} is ", armSyntax.Pattern),
                () => LiftArmOf(arm.Value),
                () => LiftElse(index + 1),
                name);
        }

        Terminator LiftElse(int index)
        {
            _conditionalArm = syntax;
            if (index == choice.Arms.Length)
                return new Terminator(TerminatorKind.Throw, default, CarriedText.Of("throw new global::System.Runtime.CompilerServices.SwitchExpressionException();"));
            if (choice.Arms[index] is { Pattern: IDiscardPatternOperation, Guard: null } last)
                return LiftArmOf(last.Value);
            return new Terminator(TerminatorKind.Yield, new EquatableArray<int>([Chain(index)]));
        }
    }

    private static string? LabelOf(SyntaxNode receiver) => receiver switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        ElementAccessExpressionSyntax element => LabelOf(element.Expression),
        ParenthesizedExpressionSyntax inner => LabelOf(inner.Expression),
        PostfixUnaryExpressionSyntax suppressed => LabelOf(suppressed.Operand),
        _ => null,
    };

    private static string LowerFirst(string name) => name.Length == 0 ? name : char.ToLowerInvariant(name[0]) + name.Substring(1);

    private static string Describe(IOperation operation) => operation switch
    {
        IFieldReferenceOperation field => $"'{field.Field.Name}', a tensor in a field",
        IPropertyReferenceOperation property => $"'{property.Property.Name}', a tensor in a property",
        IArrayElementReferenceOperation => "A tensor in an array",
        ICoalesceOperation => "'??' on tensors",
        IConditionalAccessOperation => "'?.' that may leave a tensor null",
        ILiteralOperation or IDefaultValueOperation => "A tensor that is null",
        IObjectCreationOperation creation => $"A new {creation.Type?.Name}",
        IAwaitOperation => "'await'",
        ITryOperation => "'try'",
        ILockOperation => "'lock' round tensor arithmetic",
        IUsingOperation or IUsingDeclarationOperation => "'using' with tensors, whose memory the generator plans",
        IBranchOperation => "'goto'",
        ILocalFunctionOperation => "A local function with tensors",
        IReturnOperation => "'yield'",
        IDelegateCreationOperation or IAnonymousFunctionOperation => "A lambda",
        IAssignmentOperation => "An assignment to something that is no local",
        IConversionOperation => "A conversion to a tensor",
        IDynamicInvocationOperation => "A dynamic call",
        _ => $"This expression ({operation.Kind})",
    };
}
