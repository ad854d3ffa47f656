using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content>Calls of modules and of operators.</content>
internal sealed partial class ForwardLifter
{
    private const string BackwardMethod = "Backward";
    private const string EvaluateMethod = "Evaluate";
    private const string ForwardMethod = "Forward";
    private const string ForwardSavingMethod = "ForwardSaving";

    private int LiftInvocation(IInvocationOperation invocation, string? name)
    {
        IMethodSymbol method = invocation.TargetMethod;
        if (OperatorReader.IsOperator(method) && _types.IsTensor(method.ReturnType))
        {
            if (method.IsStatic)
            {
                OpaqueCode type = OpaqueCode.Of(method.ContainingType.ToDisplayString(TypeNames.InFull));
                return AddOperator(method, type, isRematerializable: true, "", LiftArguments(invocation), invocation.Syntax, name ?? LowerFirst(method.Name));
            }

            if (invocation.Instance is null || _types.IsTensor(invocation.Instance.Type))
                throw new LiftingException(
                    invocation.Syntax,
                    $"A call of '{method.Name}' on a tensor",
                    "make the operator a static method that takes the tensor as a parameter");
            OpaqueCode target = invocation.Instance.IsImplicit ? OpaqueCode.Of("this") : _qualifier.Qualify(invocation.Instance.Syntax);
            string targetType = invocation.Instance.Type!.ToDisplayString(TypeNames.InFull);
            return AddOperator(
                method,
                target,
                Rematerialization.IsPossible(invocation.Instance),
                targetType,
                LiftArguments(invocation),
                invocation.Syntax,
                name ?? LowerFirst(method.Name));
        }

        if (invocation.Instance is { } receiver && method.Name == ForwardMethod && _types.IsModule(receiver.Type))
            return LiftLayer(invocation, receiver, name);
        if (_helpers.IsOwn(invocation) && _types.IsTensor(method.ReturnType))
            return LiftHelper(invocation, [name ?? LowerFirst(method.Name)])[0];
        if (_helpers.AsynchronousIn(invocation) is { } helper)
            throw new LiftingException(invocation.Syntax, $"A call of '{helper}', which is async", "Forward runs in one go; await before calling it");
        if (method.MethodKind == MethodKind.DelegateInvoke)
            throw new LiftingException(
                invocation.Syntax,
                $"A call of the delegate '{LabelOf(invocation.Instance!.Syntax) ?? method.ContainingType.Name}'",
                "which body it runs shows only at run time; call a method or a local function by its name");
        if (invocation.Instance is { } module && _types.IsModule(module.Type))
            throw new LiftingException(
                invocation.Syntax,
                $"A call of '{method.Name}', which has no gradient",
                "write its body here, mark it [Gradient] with a gradient method, or move it into a module of its own, marked [AdapterModel]");
        throw new LiftingException(
            invocation.Syntax,
            $"A call of '{method.ContainingType.Name}.{method.Name}', which has no gradient",
            "use an operator of Op or a module, or mark the method [Gradient] and write its gradient method");
    }

    private int LiftLayer(IInvocationOperation invocation, IOperation receiver, string? name)
    {
        if (receiver is IInstanceReferenceOperation)
            throw new LiftingException(
                invocation.Syntax,
                "A call of the class's own or its base's Forward",
                "a module's Forward can't call itself; hold another module in a property");
        ITypeSymbol type = receiver.Type!;
        BoundArgument? bound = BoundTo(receiver) is { Label: not null } argument ? argument : null;
        string label = bound?.Label ?? LabelOf(receiver.Syntax) ?? type.Name;
        bool isMarked = KnownTypes.IsMarkedModel(type);
        bool takesTensors = invocation.TargetMethod.Parameters.Any(parameter => _types.IsTensor(parameter.Type));
        bool hasBackward = isMarked || (Has(type, ForwardSavingMethod, _types.TakesPass) && Has(type, BackwardMethod));
        if (!hasBackward && takesTensors)
            throw new LiftingException(
                invocation.Syntax,
                $"A call of module {type.Name}, which has no ForwardSaving and no Backward",
                "mark its class [AdapterModel], or write the two methods that the documentation of Module describes");
        OpaqueCode module = bound?.Code ?? _qualifier.Qualify(receiver.Syntax);
        IReadOnlyList<Argument> arguments = LiftArguments(invocation);
        int result = NewValue(name is null or "result"
            ? $"{LowerFirst(label)}{(label.EndsWith("Output", StringComparison.OrdinalIgnoreCase) ? "Result" : "Output")}"
            : name);
        _operations.Add(new LayerCall(
            _source,
            result,
            module,
            bound?.IsRematerializable ?? Rematerialization.IsPossible(receiver),
            type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(TypeNames.InFull),
            label,
            isMarked || Has(type, EvaluateMethod, _types.TakesPass) ? EvaluateMethod : ForwardMethod,
            hasBackward,
            new EquatableArray<Argument>(arguments)));
        return result;
    }

    private int AddOperator(
        IMethodSymbol method, OpaqueCode target, bool isRematerializable, string targetType, IReadOnlyList<Argument> arguments, SyntaxNode syntax, string name)
    {
        OperatorAnnotations annotations = _operators.Read(method, syntax);
        foreach (Argument argument in arguments.Where(argument => argument.IsTensor))
        {
            if (!annotations.Gradients.Any(gradient => gradient.For is null || gradient.For == argument.Parameter))
                throw new LiftingException(
                    syntax,
                    $"The operator '{method.ContainingType.Name}.{method.Name}' has no gradient for its parameter '{argument.Parameter}'",
                    $"add [Gradient(..., For = \"{argument.Parameter}\")]");
        }

        foreach (Argument argument in arguments.Where(argument => !argument.IsTensor && argument.Type.Length == 0))
        {
            if (annotations.Gradients.Any(gradient => gradient.Parameters.Contains(argument.Parameter)))
                throw new LiftingException(
                    syntax,
                    $"The argument '{argument.Parameter}' of '{method.ContainingType.Name}.{method.Name}'",
                    "its gradient needs it, but a value on the stack can't be kept for the backward pass; take an array or ReadOnlyMemory");
        }

        int result = NewValue(name);
        _operations.Add(new OperatorCall(
            _source,
            result,
            target,
            isRematerializable,
            targetType,
            OperatorReader.NameOf(method, method),
            new EquatableArray<Argument>(arguments),
            annotations.Gradients,
            annotations.SavingMethod,
            annotations.SavedOutputs));
        return result;
    }

    private static bool Has(ITypeSymbol type, string method, Func<IMethodSymbol, bool>? isIt = null) =>
        KnownTypes.SelfAndBases(type).Any(current => current.GetMembers(method).OfType<IMethodSymbol>().Any(found => isIt is null || isIt(found)));

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
}
