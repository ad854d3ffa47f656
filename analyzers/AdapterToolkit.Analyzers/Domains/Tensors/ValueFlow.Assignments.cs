using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>What assignments, patterns and the filling of collections do to variables and members.</content>
internal sealed partial class ValueFlow
{
    private Value Assignment(ISimpleAssignmentOperation assignment)
    {
        if (assignment is { IsRef: true, Target: ILocalReferenceOperation { Local: var reference } })
            Refer(reference, assignment.Value);
        IOperation? container = assignment.IsRef ? null : WrittenContainer(assignment.Target);
        Value value = container is not null || IsNumber(assignment.Target)
            ? Contracted(assignment)
                ?? (container is not null || IsNumberGivenOnce(assignment.Target) ? Elements(assignment.Value) : Evaluate(assignment.Value))
            : Evaluate(assignment.IsRef && ReferredBy(assignment.Value) is { } referred ? referred : assignment.Value);
        if (!assignment.IsRef && value.IsFilled && IsMutable(Resolve(assignment.Target).Type) && SourceOf(assignment.Value) is { } shared)
            Replace(shared, value = Value.Other);
        if (Resolve(assignment.Target) is IPropertyReferenceOperation { Property.IsIndexer: false } target)
        {
            Value instance = Evaluate(target.Instance);
            Show(rule => rule.OnMemberAssignment(this, assignment, target, instance, assignment.Value));
        }

        if (container is not null)
        {
            WriteElement(assignment, container, assignment.Value, value, operatorKind: null);
            return Dropped(value);
        }

        if (assignment is { IsRef: true, Target: ILocalReferenceOperation { Local: var referring } })
            SetVariable(referring, value);
        else
            Assign(assignment.Target, value);
        return value;
    }

    private Value CompoundAssignment(ICompoundAssignmentOperation assignment)
    {
        if (WrittenContainer(assignment.Target) is { } container)
        {
            Value term = Contracted(assignment) ?? Elements(assignment.Value);
            WriteElement(assignment, container, assignment.Value, term, assignment.OperatorKind);
            return Value.Other;
        }

        if (IsNumber(assignment.Target) && Contracted(assignment) is { } number)
            return Assigned(assignment.Target, number);

        if (RunOperator(assignment) is { } own)
            return Assigned(assignment.Target, own);
        Value left = Evaluate(assignment.Target), right = Evaluate(assignment.Value);
        if (!left.Functions.IsEmpty || !right.Functions.IsEmpty)
            return Assigned(assignment.Target, Value.Combine(left, right));
        Value result = assignment.OperatorKind switch
        {
            BinaryOperatorKind.Add or BinaryOperatorKind.Subtract => Sum(assignment, left, right),
            BinaryOperatorKind.Multiply when assignment.OperatorMethod is { } method && Types.Products.Of(method) is not null =>
                Multiply(assignment, left, right),
            BinaryOperatorKind.Multiply or BinaryOperatorKind.Divide => Scaled(left, right, assignment.Target, assignment.Value),
            _ => Value.Other,
        };
        return Assigned(assignment.Target, result);
    }

    private Value Assigned(IOperation target, Value value)
    {
        Assign(target, value);
        return value;
    }

    /// <summary>A handler is added to an event, which runs it wherever it is raised.</summary>
    private Value Handled(IEventAssignmentOperation assignment)
    {
        Value handler = Evaluate(assignment.HandlerValue);
        if (!assignment.Adds || assignment.EventReference is not IEventReferenceOperation { Event: var handled } reference)
            return Value.Other;
        Evaluate(reference.Instance);
        Store(handled, handler);
        SetMember(reference.Instance, handled, Value.Combine(Evaluate(reference), handler));
        return Value.Other;
    }

    /// <summary>The array or span of numbers of which an assignment's target is one; null for any other target.</summary>
    private IOperation? WrittenContainer(IOperation target) => Resolve(target) switch
    {
        IArrayElementReferenceOperation element when TensorTypes.IsScalar(element.Type) => WholeOf(element.ArrayReference),
        ILocalReferenceOperation { Local.RefKind: RefKind.Ref } local when TensorTypes.IsScalar(local.Type) => local,
        IImplicitIndexerReferenceOperation element when TensorTypes.IsScalar(element.Type) => element.Instance,
        IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } instance } element
            when TensorTypes.IsScalar(element.Type) && Types.IsMatrix(instance.Type) => instance,
        _ => null,
    };

    /// <summary>The array of arrays that a row belongs to, or else the row.</summary>
    private IOperation WholeOf(IOperation row) => Resolve(row) is IArrayElementReferenceOperation { ArrayReference: var rows } ? WholeOf(rows) : row;

    /// <summary>The array or span of which a reference points at an element; null where it is none.</summary>
    private IOperation? ReferredBy(IOperation reference) => Resolve(reference) switch
    {
        IPropertyReferenceOperation { Property: { IsIndexer: false, Name: "Current" }, Instance: { } enumerator } => enumerator,
        IInvocationOperation { TargetMethod.Name: "GetReference" or "GetArrayDataReference", Arguments: [{ Value: var viewed }] } => viewed,
        _ => WrittenContainer(reference),
    };

    /// <summary>Whether numbers can be written through an object.</summary>
    private static bool IsMutable(ITypeSymbol? type) => type is IArrayTypeSymbol or { Name: "Span" or "Memory" };

    /// <summary>Evaluates what is written to a number of an array: numbers that are taken from other arrays stay what those are.</summary>
    private Value Elements(IOperation given)
    {
        bool kept = _keepsElements;
        _keepsElements = true;
        Value value = Evaluate(given);
        _keepsElements = kept;
        return value;
    }

    /// <summary>The variable whose numbers an expression is; null where it is no variable's.</summary>
    private ISymbol? VariableOf(IOperation container) => Resolve(container) switch
    {
        IPropertyReferenceOperation { Property: { IsIndexer: false, Name: "Span" or "Value" or "Data" }, Instance: { } instance } => VariableOf(instance),
        IInvocationOperation call when Viewed(call) is { } viewed => VariableOf(viewed),
        var other => Expression.VariableOf(other),
    };

    private void WriteElement(IOperation operation, IOperation container, IOperation given, Value value, BinaryOperatorKind? operatorKind)
    {
        Value before = Evaluate(container);
        if (!value.ContainsProduct)
            Show(rule => rule.OnWrite(this, operation, before));
        bool isCompound = operatorKind is not null, adds = operatorKind is BinaryOperatorKind.Add or BinaryOperatorKind.Subtract;
        if (before.IsStorage)
            return;
        bool isTerm = adds && (before.Kind is ValueKind.AdapterTerm or ValueKind.BaseTerm || value.Kind is ValueKind.AdapterTerm or ValueKind.BaseTerm);
        if (isTerm || (value.ContainsProduct && (adds || !isCompound)))
        {
            Replace(container, adds ? Sum(operation, before, value) : value);
            if (before.Kind == ValueKind.AdapterTerm && value.Kind != ValueKind.AdapterTerm && VariableOf(container) is { } variable)
                _addedTo.Add(variable);
            return;
        }

        if (before.Kind == ValueKind.Weight && value.Kind == ValueKind.Other && (adds || !isCompound))
        {
            // W no more, but what a merge by hand makes of a copy.
            Replace(container, Value.Other);
            if (VariableOf(container) is { } merged)
                _addedTo.Add(merged);
            return;
        }

        if (before.Kind is not (ValueKind.Zeros or ValueKind.Noise or ValueKind.Other) || (isCompound && before.Kind != ValueKind.Zeros))
            return;
        ValueKind kind = IsZero(given) ? before.Kind : given.ConstantValue.HasValue || IsRandom(given) ? ValueKind.Noise : ValueKind.Other;
        if (kind != before.Kind)
            Replace(container, Value.Of(kind));
    }

    /// <summary>Whether an expression draws random numbers: itself, or by a method that does.</summary>
    public bool IsRandom(IOperation operation) => IsRandom(operation, MostRandomCalls);

    private bool IsRandom(IOperation operation, int depth) =>
        operation.DescendantsAndSelf().OfType<IInvocationOperation>().Any(call =>
            IsRandomSource(call.TargetMethod) || IsRandomSource(call.TargetMethod.ContainingType)
            || (depth > 0 && call.TargetMethod.DeclaringSyntaxReferences is [{ } reference]
                && OperationOf(reference.GetSyntax(_cancellation)) is { } body && IsRandom(body, depth - 1)));

    private const int MostRandomCalls = 2;

    /// <summary>Whether a type or method of a library gives random numbers.</summary>
    private static bool IsRandomSource(ISymbol? symbol) => symbol is { DeclaringSyntaxReferences.Length: 0 }
        && (symbol.Name.IndexOf("Random", StringComparison.Ordinal) >= 0
            || symbol is IMethodSymbol { Name: "NextDouble" or "NextSingle" or "NextGaussian" or "Gaussian" or "FillGaussian" });

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
                if (_referred.TryGetValue(local.Local, out IOperation? place))
                    Assign(place, value);
                break;
            case IParameterReferenceOperation parameter:
                SetVariable(parameter.Parameter, value);
                break;
            case IFieldReferenceOperation field:
                Store(field.Field.AssociatedSymbol ?? field.Field, value);
                SetMember(field.Instance, field.Field, value);
                break;
            case IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } instance } indexer:
                Add(instance, value, TensorTypes.IsInNamespace(indexer.Property, "System") ? indexer.Arguments.FirstOrDefault()?.Value : null);
                RunSetter(indexer, value);
                break;
            case IPropertyReferenceOperation { Instance: { } group } property
                when Types.IsOfTorch(property.Property.ContainingType) && !Types.IsTorchTensor(property.Property.ContainingType):
                Add(group, value);
                break;
            case IPropertyReferenceOperation property:
                Store(property.Property, value);
                SetMember(property.Instance, property.Property, value);
                RunSetter(property, value);
                break;
            case IArrayElementReferenceOperation element:
                Add(element.ArrayReference, value, element.Indices is [{ } index] ? index : null);
                break;
            case IInlineArrayAccessOperation element:
                Add(element.Instance, value, element.Argument);
                break;
            case ITupleOperation tuple:
                Deconstruct(tuple, value);
                break;
        }
    }

    /// <summary>A local becomes a reference to a variable, member or element: what it is assigned, that is assigned too.</summary>
    private void Refer(ILocalSymbol reference, IOperation place)
    {
        place = Resolve(place);
        if (place is ILocalReferenceOperation { Local: { IsRef: true } other })
        {
            if (!_referred.TryGetValue(other, out IOperation? referred))
                return;
            place = referred;
        }

        _referred[reference] = place;
    }

    private void SetVariable(ISymbol variable, Value value) => _state = _state.WithoutFactsOf(variable).With(variable, value);

    /// <summary>A member is given a value. W + BA that is kept there was not formed for one product.</summary>
    private void Store(ISymbol member, Value value)
    {
        _stores.Add((member.OriginalDefinition, value));
        if (value.Kind == ValueKind.Merged)
            _kept.UnionWith(value.Origins);
    }

    /// <summary>A member of an object that a variable holds is given a value.</summary>
    private void SetMember(IOperation? instance, ISymbol member, Value value)
    {
        if (instance is IFlowCaptureReferenceOperation reference)
            _state = _state.With(reference.Id, _state[reference.Id].WithMember(Key(member), value));
        if (instance is null)
            return;
        object? holder = Resolve(instance) switch
        {
            ILocalReferenceOperation local => local.Local,
            IParameterReferenceOperation parameter => parameter.Parameter,
            IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } => This,
            _ => null,
        };
        if (holder is null)
            return;
        // The adapter's term in an object's own member may get W's added by any of its methods.
        Value held = holder == This && value.Kind is ValueKind.AdapterTerm or ValueKind.BaseTerm ? Value.Other : value;
        if (!held.IsUnknown || !_state[holder].Members.IsEmpty)
            _state = _state.With(holder, _state[holder].WithMember(Key(member), held));
    }

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

    /// <summary>The variable or member behind an expression gets another value.</summary>
    private void Replace(IOperation target, Value value)
    {
        if (target is IFlowCaptureReferenceOperation reference)
            _state = _state.With(reference.Id, value);
        switch (Resolve(target))
        {
            case IInvocationOperation call when Viewed(call) is { } viewed:
                Replace(viewed, value);
                break;
            case IPropertyReferenceOperation { Property: { IsIndexer: false, Name: "Span" or "Value" or "Data" }, Instance: { } instance }
                when Types.HoldsTensor(instance.Type):
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
                    Bind(property.Pattern, property.Member is IPropertyReferenceOperation { Property: { } member } reference
                        ? MemberOf(reference, member, value)
                        : property.Member is IFieldReferenceOperation { Field: { } field } access ? MemberOf(access, field, value)
                        : Value.Other);
                for (int i = 0; i < recursive.DeconstructionSubpatterns.Length; i++)
                    Bind(recursive.DeconstructionSubpatterns[i], PartOf(recursive, i, value));
                break;
            case IListPatternOperation list:
                if (list.DeclaredSymbol is { } listed)
                    SetVariable(listed, value);
                bool isBehindSlice = false;
                for (int i = 0; i < list.Patterns.Length; i++)
                {
                    bool isSlice = list.Patterns[i] is ISlicePatternOperation;
                    Bind(list.Patterns[i], isSlice ? value.WithoutElements() : isBehindSlice ? value.AtUnknown() : value.At(i));
                    isBehindSlice |= isSlice;
                }

                break;
            case ISlicePatternOperation { Pattern: { } slice }:
                Bind(slice, value);
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

    /// <summary>A part of what a positional pattern takes apart: an element of a tuple, or what <c>Deconstruct</c> hands out.</summary>
    private Value PartOf(IRecursivePatternOperation pattern, int position, Value value) => pattern.DeconstructSymbol is IMethodSymbol method
        ? PartsOf(method, pattern.MatchedType, value).ElementAtOrDefault(position) ?? Value.Other
        : value.Members.TryGetValue($"item{position + 1}", out Value? part) ? part : Value.Other;
}
