using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Values;

/// <content>Expressions: what they give, and what they do to variables.</content>
internal sealed partial class ValueFlow
{
    private Value Evaluate(IOperation? operation)
    {
        switch (operation)
        {
            case null:
                return Value.Other;
            case IExpressionStatementOperation statement:
                return Evaluate(statement.Operation);
            case IReturnOperation { Kind: OperationKind.YieldReturn } yielded:
                Value given = Evaluate(yielded.ReturnedValue);
                _returned = _returned is null ? given : Value.Join(_returned, given);
                return Value.Other;
            case IFlowCaptureOperation capture:
                _captured[capture.Id] = capture.Value;
                _state = _state.With(capture.Id, Evaluate(capture.Value));
                return Value.Other;
            case IFlowCaptureReferenceOperation reference:
                return _state[reference.Id];
            case ILocalReferenceOperation local:
                return _state[local.Local];
            case IParameterReferenceOperation parameter:
                return _state[parameter.Parameter];
            case IFieldReferenceOperation field:
                return Member(field, field.Field);
            case IPropertyReferenceOperation property:
                return Property(property);
            case ISimpleAssignmentOperation assignment:
                return Assignment(assignment);
            case ICompoundAssignmentOperation assignment:
                return CompoundAssignment(assignment);
            case IDeconstructionAssignmentOperation assignment:
                Deconstruct(assignment.Target, Evaluate(assignment.Value));
                foreach (IOperation container in assignment.Target.DescendantsAndSelf().Select(WrittenContainer).OfType<IOperation>())
                    WriteElement(assignment, container, assignment.Value, Value.Other, isCompound: true);
                return Value.Other;
            case IIncrementOrDecrementOperation step:
                Evaluate(step.Target);
                if (WrittenContainer(step.Target) is { } stepped)
                    WriteElement(step, stepped, step.Target, Value.Other, isCompound: true);
                return Value.Other;
            case IConversionOperation conversion:
                return Evaluate(conversion.Operand);
            case IParenthesizedOperation parenthesized:
                return Evaluate(parenthesized.Operand);
            case IBinaryOperation binary:
                return Binary(binary);
            case IUnaryOperation unary:
                return Unary(unary);
            case IInvocationOperation call:
                return TensorTypes.IsScalar(call.Type) && !call.TargetMethod.ReturnsVoid ? Dropped(Invocation(call)) : Invocation(call);
            case IObjectCreationOperation creation:
                return Creation(creation);
            case IArrayCreationOperation array:
                return Array(array);
            case ICollectionExpressionOperation collection:
                return JoinOf(collection.Elements);
            case ISpreadOperation spread:
                return Evaluate(spread.Operand);
            case IArrayElementReferenceOperation element:
                foreach (IOperation index in element.Indices)
                    Evaluate(index);
                return TensorTypes.IsScalar(element.Type) ? Dropped(Evaluate(element.ArrayReference)) : Evaluate(element.ArrayReference);
            case IImplicitIndexerReferenceOperation indexer:
                return Evaluate(indexer.Instance);
            case ITupleOperation tuple:
                return Tuple(tuple);
            case IAwaitOperation wait:
                return Evaluate(wait.Operation);
            case IDelegateCreationOperation creation:
                return Evaluate(creation.Target);
            case IFlowAnonymousFunctionOperation function:
                return RunLambda(function, Value.Other);
            case IMethodReferenceOperation method:
                return RunReferenced(method, Value.Other);
            case IIsPatternOperation pattern:
                Bind(pattern.Pattern, Evaluate(pattern.Value));
                return Value.Other;
            case IWithOperation with:
                return Evaluate(with.Operand);
            default:
                foreach (IOperation child in operation.ChildOperations)
                    Evaluate(child);
                return operation.Syntax is Microsoft.CodeAnalysis.CSharp.Syntax.StackAllocArrayCreationExpressionSyntax { Initializer: null } && operation is not ILiteralOperation ? Value.Of(ValueKind.Zeros) : Value.Other;
        }
    }

    /// <summary>A single number that was taken from a tensor is no tensor any more.</summary>
    private static Value Dropped(Value value) => value.Kind == ValueKind.Other && value.Members.IsEmpty ? value : Value.Other;

    private Value JoinOf(ImmutableArray<IOperation> elements)
    {
        Value joined = Value.Other;
        bool areZero = elements.Length > 0 && elements.All(IsZero);
        foreach (IOperation element in elements)
        {
            Value value = Evaluate(element);
            joined = Value.Join(joined, value.Kind == ValueKind.Weight && element is not ISpreadOperation ? value.From(element.Syntax) : value);
        }

        if (joined.Kind == ValueKind.Other && elements.Length > 0 && elements.All(element => element.ConstantValue.HasValue || element is IConversionOperation { Operand.ConstantValue.HasValue: true }) && elements.All(element => TensorTypes.IsScalar(element.Type)))
            return Value.Of(areZero ? ValueKind.Zeros : ValueKind.Noise);
        return joined;
    }

    private static bool IsZero(IOperation operation) => operation.ConstantValue is { HasValue: true, Value: { } value } && value is 0 or 0f or 0.0 or 0L;

    private Value Array(IArrayCreationOperation array)
    {
        foreach (IOperation size in array.DimensionSizes)
            Evaluate(size);
        if (array.Initializer is { } initializer)
            return JoinOf(Flatten(initializer));
        return array.Type is IArrayTypeSymbol { ElementType: var element } && TensorTypes.IsScalar(element) ? Value.Of(ValueKind.Zeros) : Value.Other;
    }

    private static ImmutableArray<IOperation> Flatten(IArrayInitializerOperation initializer) =>
        [.. initializer.ElementValues.SelectMany(element => element is IArrayInitializerOperation nested ? (IEnumerable<IOperation>)Flatten(nested) : [element])];

    private Value Tuple(ITupleOperation tuple)
    {
        ImmutableDictionary<string, Value> members = ImmutableDictionary<string, Value>.Empty;
        for (int i = 0; i < tuple.Elements.Length; i++)
        {
            Value value = Evaluate(tuple.Elements[i]);
            members = members.SetItem($"item{i + 1}", value);
            if (tuple.NaturalType is INamedTypeSymbol { TupleElements: { IsDefault: false } elements } && i < elements.Length)
                members = members.SetItem(Key(elements[i].Name), value);
        }

        return Value.Object(members);
    }

    private Value Binary(IBinaryOperation binary)
    {
        Value left = Evaluate(binary.LeftOperand), right = Evaluate(binary.RightOperand);
        switch (binary.OperatorKind)
        {
            case BinaryOperatorKind.Multiply when MatrixProduct.Read(binary, Types) is not null:
                return Multiply(binary, left, right);
            case BinaryOperatorKind.Add or BinaryOperatorKind.Subtract:
                return Sum(left, right);
            case BinaryOperatorKind.Multiply or BinaryOperatorKind.Divide:
                return Algebra.Scaled(left, right, !Types.IsMatrix(binary.LeftOperand.Type) || !Types.IsMatrix(binary.RightOperand.Type));
            default:
                return Value.Other;
        }
    }

    private Value Unary(IUnaryOperation unary)
    {
        Value value = Evaluate(unary.Operand);
        return unary.OperatorKind is UnaryOperatorKind.Minus or UnaryOperatorKind.Plus ? value.AsCopy() : Value.Other;
    }

    private Value Sum(Value left, Value right)
    {
        if (left.Kind == ValueKind.BaseTerm && right.Kind == ValueKind.AdapterTerm)
            Excuse(left);
        else if (right.Kind == ValueKind.BaseTerm && left.Kind == ValueKind.AdapterTerm)
            Excuse(right);
        return Algebra.Sum(left, right);
    }

    private Value Multiply(IOperation operation, Value left, Value right)
    {
        Show(rule => rule.OnProduct(this, operation, left, right));
        Value product = Algebra.Product(left, right);
        return product.Kind is ValueKind.Product or ValueKind.BaseTerm ? product.From(operation.Syntax) : product;
    }

    private Value Assignment(ISimpleAssignmentOperation assignment)
    {
        Value value = assignment.IsRef && ReferredBy(assignment.Value) is { } referred ? Evaluate(referred) : Evaluate(assignment.Value);
        if (!assignment.IsRef && value.IsFilled && IsMutable(Resolve(assignment.Target).Type) && SourceOf(assignment.Value) is { } shared)
            Replace(shared, value = Value.Other);
        if (Resolve(assignment.Target) is IPropertyReferenceOperation { Property.IsIndexer: false } target)
        {
            Value instance = Evaluate(target.Instance);
            Show(rule => rule.OnMemberAssignment(this, assignment, target, instance, assignment.Value));
        }

        if (!assignment.IsRef && WrittenContainer(assignment.Target) is { } container)
            WriteElement(assignment, container, assignment.Value, value, isCompound: false);
        else
            Assign(assignment.Target, value);
        return value;
    }

    private Value CompoundAssignment(ICompoundAssignmentOperation assignment)
    {
        Value left = Evaluate(assignment.Target), right = Evaluate(assignment.Value);
        if (WrittenContainer(assignment.Target) is { } container)
        {
            WriteElement(assignment, container, assignment.Value, right, isCompound: true);
            return Value.Other;
        }

        Value result = assignment.OperatorKind switch
        {
            BinaryOperatorKind.Add or BinaryOperatorKind.Subtract => Sum(left, right),
            BinaryOperatorKind.Multiply or BinaryOperatorKind.Divide => Algebra.Scaled(left, right, !Types.IsMatrix(assignment.Value.Type)),
            _ => Value.Other,
        };
        Assign(assignment.Target, result);
        return result;
    }

    /// <summary>The array or span of numbers of which an assignment's target is one; null for any other target.</summary>
    private IOperation? WrittenContainer(IOperation target) => Resolve(target) switch
    {
        IArrayElementReferenceOperation element when TensorTypes.IsScalar(element.Type) => element.ArrayReference,
        ILocalReferenceOperation { Local.RefKind: RefKind.Ref } local when TensorTypes.IsScalar(local.Type) => local,
        IImplicitIndexerReferenceOperation element when TensorTypes.IsScalar(element.Type) => element.Instance,
        IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } instance } element when TensorTypes.IsScalar(element.Type) && Types.IsMatrix(instance.Type) => instance,
        _ => null,
    };

    /// <summary>The array or span of which a reference points at an element; null where it is none.</summary>
    private IOperation? ReferredBy(IOperation reference) => Resolve(reference) switch
    {
        IPropertyReferenceOperation { Property: { IsIndexer: false, Name: "Current" }, Instance: { } enumerator } => enumerator,
        IInvocationOperation { TargetMethod.Name: "GetReference" or "GetArrayDataReference", Arguments: [{ Value: var viewed }] } => viewed,
        _ => WrittenContainer(reference),
    };

    /// <summary>Whether numbers can be written through an object.</summary>
    private static bool IsMutable(ITypeSymbol? type) => type is IArrayTypeSymbol or { Name: "Span" or "Memory" };

    private void WriteElement(IOperation operation, IOperation container, IOperation given, Value value, bool isCompound)
    {
        Value before = Evaluate(container);
        Show(rule => rule.OnWrite(this, operation, before));
        if (before.Kind is not (ValueKind.Zeros or ValueKind.Noise or ValueKind.Other) || (isCompound && before.Kind != ValueKind.Zeros))
            return;
        ValueKind kind = IsZero(given) ? before.Kind : given.ConstantValue.HasValue || IsRandom(given) ? ValueKind.Noise : ValueKind.Other;
        if (kind != before.Kind)
            Replace(container, Value.Of(kind));
    }

    /// <summary>Whether an expression draws random numbers.</summary>
    public static bool IsRandom(IOperation operation) =>
        operation.DescendantsAndSelf().OfType<IInvocationOperation>().Any(call => IsRandomSource(call.TargetMethod) || IsRandomSource(call.Instance?.Type));

    private static bool IsRandomSource(ISymbol? symbol) => symbol is not null && symbol.Name.IndexOf("Random", StringComparison.Ordinal) >= 0
        || symbol is IMethodSymbol { Name: "NextDouble" or "NextSingle" or "NextGaussian" or "Gaussian" or "FillGaussian" };

    private IOperation Resolve(IOperation operation)
    {
        while (true)
        {
            if (operation is IFlowCaptureReferenceOperation reference && _captured.TryGetValue(reference.Id, out IOperation? captured))
                operation = captured;
            else if (operation is IConversionOperation conversion)
                operation = conversion.Operand;
            else if (operation is IParenthesizedOperation parenthesized)
                operation = parenthesized.Operand;
            else if (operation is IDeclarationExpressionOperation declaration)
                operation = declaration.Expression;
            else
                return operation;
        }
    }

    private void Assign(IOperation target, Value value)
    {
        if (target is IFlowCaptureReferenceOperation reference)
            _state = _state.With(reference.Id, value);
        switch (Resolve(target))
        {
            case ILocalReferenceOperation local:
                SetVariable(local.Local, value);
                break;
            case IParameterReferenceOperation parameter:
                SetVariable(parameter.Parameter, value);
                break;
            case IFieldReferenceOperation field:
                Store(field.Field.AssociatedSymbol ?? field.Field, value);
                break;
            case IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } instance }:
                Add(instance, value);
                break;
            case IPropertyReferenceOperation { Instance: { } group } property when Types.IsOfTorch(property.Property.ContainingType) && !Types.IsTorchTensor(property.Property.ContainingType):
                Add(group, value);
                break;
            case IPropertyReferenceOperation property:
                Store(property.Property, value);
                break;
            case IArrayElementReferenceOperation element:
                Add(element.ArrayReference, value);
                break;
            case ITupleOperation tuple:
                Deconstruct(tuple, value);
                break;
        }
    }

    private void SetVariable(ISymbol variable, Value value)
    {
        string path = ":" + variable.Name + ".";
        _state = _state.Without(key => key is string fact && fact.IndexOf(path, StringComparison.Ordinal) >= 0).With(variable, value);
    }

    private void Store(ISymbol member, Value value) => _stores.Add((member.OriginalDefinition, value));

    private void Deconstruct(IOperation target, Value value)
    {
        if (Resolve(target) is not ITupleOperation tuple)
        {
            Assign(target, value);
            return;
        }

        for (int i = 0; i < tuple.Elements.Length; i++)
        {
            Value element = value.Members.TryGetValue($"item{i + 1}", out Value? known) ? known : value.Members.IsEmpty ? value : Value.Other;
            Deconstruct(tuple.Elements[i], element);
        }
    }

    /// <summary>A value is put into a collection.</summary>
    private void Add(IOperation collection, Value value)
    {
        if (value.Kind == ValueKind.Other && value.Members.IsEmpty)
            return;
        Replace(collection, Value.Join(Evaluate(collection), value));
    }

    /// <summary>The variable or member behind an expression gets another value.</summary>
    private void Replace(IOperation target, Value value)
    {
        if (target is IFlowCaptureReferenceOperation reference)
            _state = _state.With(reference.Id, value);
        switch (Resolve(target))
        {
            case IInvocationOperation { TargetMethod.Name: "AsSpan" or "AsMemory" or "Slice" } call:
                Replace(call.Instance ?? call.Arguments[0].Value, value);
                break;
            case IPropertyReferenceOperation { Property: { IsIndexer: false, Name: "Span" or "Value" or "Data" }, Instance: { } instance } when Types.HoldsTensor(instance.Type):
                Replace(instance, value);
                break;
            case IInvocationOperation or IObjectCreationOperation:
                break;
            case { } resolved:
                Assign(resolved, value);
                break;
        }
    }

    /// <summary>A pattern gives names to what it looks at.</summary>
    private void Bind(IPatternOperation pattern, Value value)
    {
        switch (pattern)
        {
            case IDeclarationPatternOperation { DeclaredSymbol: { } symbol }:
                SetVariable(symbol, value);
                break;
            case IRecursivePatternOperation recursive:
                if (recursive.DeclaredSymbol is { } declared)
                    SetVariable(declared, value);
                foreach (IPropertySubpatternOperation property in recursive.PropertySubpatterns)
                    Bind(property.Pattern, property.Member is IPropertyReferenceOperation { Property: { } member } reference ? MemberOf(reference, member, value) : property.Member is IFieldReferenceOperation { Field: { } field } access ? MemberOf(access, field, value) : Value.Other);
                break;
            case IBinaryPatternOperation binary:
                Bind(binary.LeftPattern, value);
                Bind(binary.RightPattern, value);
                break;
            case INegatedPatternOperation negated:
                Bind(negated.Pattern, value);
                break;
        }
    }

    private static string Key(string name) => name.TrimStart('_').ToLowerInvariant();
}
