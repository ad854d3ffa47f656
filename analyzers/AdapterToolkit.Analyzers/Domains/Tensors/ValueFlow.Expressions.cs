using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>Expressions: what they give, and what they do to variables.</content>
internal sealed partial class ValueFlow
{
    /// <summary>What an expression gives. A call in one statement is followed once, however often its value is asked for.</summary>
    private Value Evaluate(IOperation? operation)
    {
        if (operation is not (IInvocationOperation or IObjectCreationOperation) || Viewed(operation) is not null)
            return Run(operation);
        if (!_results.TryGetValue((operation, _keepsElements), out Value? result))
            _results[(operation, _keepsElements)] = result = Run(operation);
        return result;
    }

    /// <summary>The numbers that a library's method gives under another type, in which they can be written; null for other calls.</summary>
    private static IOperation? Viewed(IOperation operation) =>
        operation is IInvocationOperation { TargetMethod: { Name: "AsSpan" or "AsMemory" or "Slice", DeclaringSyntaxReferences.Length: 0 } } call
            ? call.Instance ?? call.Arguments.FirstOrDefault()?.Value
            : null;

    private Value Run(IOperation? operation)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (operation)
        {
            case null:
                return Value.Other;
            case IExpressionStatementOperation statement:
                return Evaluate(statement.Operation);
            case IReturnOperation { Kind: OperationKind.YieldReturn } yielded:
                Yield(Evaluate(yielded.ReturnedValue));
                return Value.Other;
            case IFlowCaptureOperation capture:
                _captured[capture.Id] = capture.Value;
                _state = _state.With(capture.Id, Evaluate(capture.Value));
                return Value.Other;
            case IFlowCaptureReferenceOperation reference:
                return _state[reference.Id];
            case ILocalReferenceOperation local:
                return Variable(local.Local);
            case IParameterReferenceOperation parameter:
                return Variable(parameter.Parameter);
            case IFieldReferenceOperation field:
                return Member(field, field.Field);
            case IPropertyReferenceOperation property:
                return Property(property);
            case IEventReferenceOperation held:
                return Evaluate(held.Instance).Members.TryGetValue(Key(held.Event), out Value? handlers) ? handlers : Held(held.Event);
            case IEventAssignmentOperation assignment:
                return Handled(assignment);
            case IInstanceReferenceOperation:
                return _state[This];
            case ISimpleAssignmentOperation assignment:
                return Assignment(assignment);
            case ICompoundAssignmentOperation assignment:
                return CompoundAssignment(assignment);
            case IDeconstructionAssignmentOperation assignment:
                Deconstruct(assignment.Target, Deconstructed(assignment, Evaluate(assignment.Value)));
                foreach (IOperation container in assignment.Target.DescendantsAndSelf().Select(WrittenContainer).OfType<IOperation>())
                    WriteElement(assignment, container, assignment.Value, Value.Other, BinaryOperatorKind.Multiply);
                return Value.Other;
            case IIncrementOrDecrementOperation step:
                if (RunOperator(step) is { } next)
                    return Assigned(step.Target, next);
                Evaluate(step.Target);
                if (WrittenContainer(step.Target) is { } stepped)
                    WriteElement(step, stepped, step.Target, Value.Other, BinaryOperatorKind.Multiply);
                return Value.Other;
            case IConversionOperation conversion:
                return RunOperator(conversion) ?? Evaluate(conversion.Operand);
            case IParenthesizedOperation parenthesized:
                return Evaluate(parenthesized.Operand);
            case IBinaryOperation binary:
                return Binary(binary);
            case IUnaryOperation unary:
                return Unary(unary);
            case IInvocationOperation call:
                Value result = Invocation(call);
                return TensorTypes.IsScalar(call.Type) && !call.TargetMethod.ReturnsVoid ? Contracted(call) ?? Dropped(result) : result;
            case IObjectCreationOperation creation:
                return Creation(creation);
            case IArrayCreationOperation array:
                return Array(array);
            case ICollectionExpressionOperation collection:
                return Collection(collection);
            case ISpreadOperation spread:
                return TensorTypes.IsScalar(spread.ElementType) ? Evaluate(spread.Operand).AsCopy() : Evaluate(spread.Operand);
            case IArrayElementReferenceOperation element:
                foreach (IOperation index in element.Indices)
                    Evaluate(index);
                return Element(element, element.ArrayReference, element.Indices is [{ } only] ? only : null);
            case IImplicitIndexerReferenceOperation indexer:
                return ElementAt(Evaluate(indexer.Instance), indexer.Instance.Type, indexer.Argument);
            case IInlineArrayAccessOperation element:
                Evaluate(element.Argument);
                return Element(element, element.Instance, element.Argument);
            case ITupleOperation tuple:
                return Tuple(tuple);
            case IAnonymousObjectCreationOperation created:
                return Anonymous(created);
            case ITranslatedQueryOperation query:
                return Evaluate(query.Operation);
            case IAwaitOperation wait:
                return Evaluate(wait.Operation);
            case IDelegateCreationOperation creation:
                return Function(creation);
            case IAnonymousFunctionOperation:
                return Value.Other;
            case IFlowAnonymousFunctionOperation function:
                return RunLambda(function, []);
            case IMethodReferenceOperation method:
                return RunReferenced(method, []);
            case IIsPatternOperation pattern:
                Bind(pattern.Pattern, Evaluate(pattern.Value));
                return Value.Other;
            case IWithOperation with:
                return Evaluate(with.Operand);
            default:
                foreach (IOperation child in operation.ChildOperations)
                    Evaluate(child);
                return operation.Syntax is StackAllocArrayCreationExpressionSyntax { Initializer: null } && operation is not ILiteralOperation
                    ? Value.Of(ValueKind.Zeros)
                    : Value.Other;
        }
    }

    /// <summary>What an element of an array is: what the array is, but for a single number.</summary>
    private Value Element(IOperation element, IOperation array, IOperation? index) =>
        TensorTypes.IsScalar(element.Type) && !_keepsElements ? Dropped(Evaluate(array)) : ElementAt(Evaluate(array), array.Type, index);

    /// <summary>A single number that was taken from a tensor is no tensor any more.</summary>
    private static Value Dropped(Value value) => value.IsUnknown ? value : Value.Other;

    /// <summary>A collection is what its elements are, or what the method of its type makes of them.</summary>
    private Value Collection(ICollectionExpressionOperation collection)
    {
        Value elements = JoinOf(collection.Elements);
        if (collection.ConstructMethod is not { MethodKind: MethodKind.Ordinary } method)
            return elements;
        ImmutableArray<Value> arguments = [.. method.Parameters.Select((_, i) => i == method.Parameters.Length - 1 ? elements : Value.Other)];
        if (RunBody(method, arguments, Value.Other) is not { } built)
            return elements;
        return built.Returned.IsUnknown ? elements : built.Returned;
    }

    private Value JoinOf(ImmutableArray<IOperation> elements)
    {
        Value joined = Value.Other;
        List<Value> values = [];
        bool areZero = elements.Length > 0 && elements.All(IsZero);
        foreach (IOperation element in elements)
        {
            Value value = Evaluate(element);
            value = value.Kind == ValueKind.Weight && element is not ISpreadOperation ? value.From(element.Syntax) : value;
            values.Add(value);
            joined = Value.Combine(joined, value.WithoutElements());
        }

        ExcuseTogether(values);
        if (joined.Kind == ValueKind.AdapterTerm && values.Any(value => value.Kind != ValueKind.AdapterTerm))
            return Value.Other;
        if (joined.Kind == ValueKind.Other && elements.Length > 0
            && elements.All(element => element.ConstantValue.HasValue || element is IConversionOperation { Operand.ConstantValue.HasValue: true })
            && elements.All(element => TensorTypes.IsScalar(element.Type)))
            return Value.Of(areZero ? ValueKind.Zeros : ValueKind.Noise);
        return Indexed(joined, values, elements);
    }

    /// <summary>An iterator gives one more element. The adapter's term is not followed beside others, which may be W's.</summary>
    private void Yield(Value given)
    {
        if (_returned is null)
        {
            _returned = given;
            return;
        }

        ExcuseTogether([_returned, given]);
        Value joined = Value.Combine(_returned, given);
        _returned = joined.Kind == ValueKind.AdapterTerm && _returned.Kind != given.Kind ? Value.Other : joined;
    }

    private static bool IsZero(IOperation operation) => operation.ConstantValue is { HasValue: true, Value: { } value } && value is 0 or 0f or 0.0 or 0L;

    private Value Array(IArrayCreationOperation array)
    {
        foreach (IOperation size in array.DimensionSizes)
            Evaluate(size);
        if (array.Initializer is { } initializer)
            return JoinOf(Flatten(initializer));
        ITypeSymbol? element = array.Type;
        while (element is IArrayTypeSymbol { ElementType: var inner })
            element = inner;
        return element is not null && TensorTypes.IsScalar(element) ? Value.Of(ValueKind.Zeros) : Value.Other;
    }

    private static ImmutableArray<IOperation> Flatten(IArrayInitializerOperation initializer) =>
        [.. initializer.ElementValues
            .SelectMany(element => element is IArrayInitializerOperation nested ? (IEnumerable<IOperation>)Flatten(nested) : [element])];

    private Value Tuple(ITupleOperation tuple)
    {
        ImmutableDictionary<string, Value> members = ImmutableDictionary<string, Value>.Empty;
        for (int i = 0; i < tuple.Elements.Length; i++)
            members = members.SetItem($"item{i + 1}", Evaluate(tuple.Elements[i]));
        return Value.Object(members);
    }

    private Value Anonymous(IAnonymousObjectCreationOperation created)
    {
        Value result = Value.Other;
        foreach (IOperation initializer in created.Initializers)
        {
            if (initializer is ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property: var property }, Value: var given })
                result = result.WithMember(Key(property), Evaluate(given));
        }

        return result;
    }

    private Value Binary(IBinaryOperation binary)
    {
        if (RunOperator(binary) is { } own)
            return own;
        Value left = Evaluate(binary.LeftOperand), right = Evaluate(binary.RightOperand);
        switch (binary.OperatorKind)
        {
            case BinaryOperatorKind.Multiply when MatrixProduct.Read(binary, Types) is not null:
                return Multiply(binary, left, right);
            case BinaryOperatorKind.Add or BinaryOperatorKind.Subtract:
                return Sum(binary, left, right);
            case BinaryOperatorKind.Multiply or BinaryOperatorKind.Divide:
                return Scaled(left, right, binary.LeftOperand, binary.RightOperand);
            default:
                return Value.Other;
        }
    }

    private Value Unary(IUnaryOperation unary)
    {
        if (RunOperator(unary) is { } own)
            return own;
        Value value = Evaluate(unary.Operand);
        return unary.OperatorKind is UnaryOperatorKind.Minus or UnaryOperatorKind.Plus && value.Kind != ValueKind.Other ? value.AsCopy() : Value.Other;
    }

    private Value Sum(IOperation operation, Value left, Value right)
    {
        if (left.Kind == ValueKind.BaseTerm && right.Kind == ValueKind.AdapterTerm)
            Excuse(left);
        else if (right.Kind == ValueKind.BaseTerm && left.Kind == ValueKind.AdapterTerm)
            Excuse(right);
        Value sum = Algebra.Sum(left, right);
        return sum.Kind == ValueKind.Merged && left.Kind != ValueKind.Merged && right.Kind != ValueKind.Merged ? sum.From(operation.Syntax) : sum;
    }

    /// <summary>
    /// left · right or left / right, element by element. Multiplied by another matrix, as a mask, BA has no B(Ax); numbers that are taken from two arrays and
    /// multiplied belong to neither.
    /// </summary>
    private Value Scaled(Value left, Value right, IOperation leftOperand, IOperation rightOperand)
    {
        bool isMasked = (left.ContainsProduct && right.IsUnknown && Types.IsMatrix(rightOperand.Type))
            || (right.ContainsProduct && left.IsUnknown && Types.IsMatrix(leftOperand.Type));
        if (isMasked || (_keepsElements && HasElement(leftOperand) && HasElement(rightOperand)))
            return Value.Other;
        return Algebra.Scaled(left, right, !Types.IsMatrix(leftOperand.Type) || !Types.IsMatrix(rightOperand.Type));
    }

    private Value Multiply(IOperation operation, Value left, Value right)
    {
        if (left.IsEitherFactor && right.IsEitherFactor && IsOfOneVariable(operation))
            return Value.Other;
        Show(rule => rule.OnProduct(this, operation, left, right));
        Value product = Algebra.Product(left, right);
        return product.Kind is ValueKind.Product or ValueKind.BaseTerm ? product.From(operation.Syntax) : product;
    }

    /// <summary>Whether both operands of a product are one variable, transposed or not.</summary>
    private bool IsOfOneVariable(IOperation operation) => MatrixProduct.Read(operation, Types) is { } product
        && VariableBehind(product.Left) is { } left && SymbolEqualityComparer.Default.Equals(left, VariableBehind(product.Right));

    private ISymbol? VariableBehind(IOperation operand)
    {
        while (true)
        {
            IOperation? inner = Resolve(operand) switch
            {
                IInvocationOperation { TargetMethod: { Name: var name, DeclaringSyntaxReferences.Length: var declared } method } call
                    when (declared > 0 ? Types.Products.MovedBy(method) is not null : TensorMethods.KeepsNumbers(name) || TensorMethods.Transposes(name)) =>
                    call.Instance ?? call.Arguments.FirstOrDefault()?.Value,
                IPropertyReferenceOperation { Property.Name: var name, Instance: { } instance } when TensorMethods.Transposes(name) => instance,
                _ => null,
            };
            if (inner is null)
                return Expression.VariableOf(Resolve(operand));
            operand = inner;
        }
    }

    /// <summary>The name under which an object's value keeps what a member holds; of a tuple's element, the name that it has by its place.</summary>
    private static string Key(ISymbol member) => member switch
    {
        IFieldSymbol { CorrespondingTupleField: { } element } => element.Name.ToLowerInvariant(),
        IParameterSymbol => "(" + member.Name,
        _ => member.Name,
    };
}
