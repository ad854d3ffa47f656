using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>The paths that lead to objects.</content>
internal sealed partial class MergeFlow
{
    /// <summary>The collections whose elements queries give that make something of each.</summary>
    private readonly Dictionary<SyntaxNode, ObjectPath?> _projected = [];

    /// <summary>What calls of the compilation's own bodies gave.</summary>
    private readonly Dictionary<IOperation, (ObjectPath? Path, FunctionValue? Function)> _results = [];

    /// <summary>The sequence of which an enumerator gives the current element; null for any other expression.</summary>
    private ObjectPath? ElementOf(IOperation value) => CurrentOf(value) is { } current ? PathOf(current.Instance) : null;

    /// <summary>Whether an expression is what <c>foreach</c> takes next, and not an enumerator's current element that the program asks for itself.</summary>
    private static bool IsOfLoop(IOperation value) => CurrentOf(value) is { IsImplicit: true };

    /// <summary>Whether an expression is an enumerator's current element.</summary>
    private static bool IsElement(IOperation value) => CurrentOf(value) is not null;

    private static IPropertyReferenceOperation? CurrentOf(IOperation value) =>
        Expression.Unconverted(value) is IPropertyReferenceOperation current && IsOfEnumerator(current) ? current : null;

    /// <summary>The sequence of which a condition asks for the next element; null for any other condition.</summary>
    private ObjectPath? SequenceAdvancedBy(IOperation condition) => condition is IInvocationOperation { TargetMethod.Name: "MoveNext" or "MoveNextAsync" } next
        ? PathOf(next.Instance)
        : condition is IAwaitOperation { Operation: var waited } ? SequenceAdvancedBy(waited)
        : null;

    /// <summary>The path of a variable, member or element, which may hold an object of another path; null where none is known.</summary>
    private ObjectPath? PlaceOf(IOperation? operation)
    {
        switch (operation)
        {
            case ILocalReferenceOperation local:
                return ObjectPath.Of(local.Local);
            case IParameterReferenceOperation parameter:
                return PlaceOf(parameter.Parameter, self);
            case IFlowCaptureReferenceOperation reference:
                return ObjectPath.Of(graph, reference.Id);
            case IConversionOperation { OperatorMethod: null } conversion:
                return PlaceOf(conversion.Operand);
            case IDeclarationExpressionOperation declaration:
                return PlaceOf(declaration.Expression);
            case IPropertyReferenceOperation { Property.IsIndexer: true, Arguments: [{ Value: var index }] } element:
                return PlaceAt(element.Instance, index);
            case IArrayElementReferenceOperation { Indices: [var index] } element:
                return PlaceAt(element.ArrayReference, index);
            case IImplicitIndexerReferenceOperation { Argument: var index } element:
                return PlaceAt(element.Instance, index);
            case IPropertyReferenceOperation property when property.Property.IsIndexer || IsOfEnumerator(property):
                return null;
            case IMemberReferenceOperation { Member: IFieldSymbol or IPropertySymbol or IEventSymbol } member:
                if (member.Instance is null)
                    return member.Member.IsStatic ? ObjectPath.OfStatic(member.Member) : null;
                return PathOf(member.Instance) is { } holder ? holder.Member(ImplementedBy(Named(member.Member), holder.Type)) : null;
            default:
                return null;
        }
    }

    /// <summary>The path that leads to an object; null where none is known.</summary>
    private ObjectPath? PathOf(IOperation? operation)
    {
        if (operation is not null && _results.TryGetValue(operation, out (ObjectPath? Path, FunctionValue?) result))
            return result.Path;
        switch (operation)
        {
            case IInstanceReferenceOperation:
                return self;
            case IFlowCaptureReferenceOperation reference:
                return _state.Given(ObjectPath.Of(graph, reference.Id)) is { } captured ? Taken(captured) : null;
            case ISimpleAssignmentOperation assignment:
                return PathOf(assignment.Target);
            case IConversionOperation { OperatorMethod: null } conversion:
                return PathOf(conversion.Operand);
            case IAwaitOperation wait:
                return PathOf(wait.Operation);
            case ITranslatedQueryOperation query:
                return PathOf(query.Operation);
            case IPropertyReferenceOperation property
                when types.UseOf(property.Property) == AdapterUse.TrainedModel || SystemCalls.GivesElements(property.Property):
                return PathOf(property.Instance);
            case IPropertyReferenceOperation { Property.GetMethod: { } getter } property when HasBody(getter):
                return null;
            case IObjectCreationOperation creation when types.IsTrainer(creation.Type) && creation.Arguments.Length > 0:
                return PathOf(creation.Arguments[0].Value);
            case IObjectCreationOperation { Arguments: [{ Value: var copied }], Constructor: { } constructor }
                when SystemCalls.IsOfSystem(constructor) && copied.Type is not { TypeKind: TypeKind.Delegate } && PathOf(copied) is { } source
                    && _state.ContentsOf(source).IsDefault:
                return source.Selected(operation.Syntax);
            case IObjectCreationOperation creation:
                return ObjectPath.Made(creation.Syntax, creation.Type as INamedTypeSymbol);
            case ICollectionExpressionOperation { Elements: [ISpreadOperation { Operand: var all }] } when PathOf(all) is { } source
                && _state.ContentsOf(source).IsDefault:
                return source.Selected(operation.Syntax);
            case IArrayCreationOperation or ICollectionExpressionOperation or IDelegateCreationOperation
                or ITupleOperation or IAnonymousObjectCreationOperation:
                return ObjectPath.Made(operation.Syntax);
            case IInvocationOperation call:
                return OfSystemCall(call) ?? (SystemCalls.IsDeferred(call.TargetMethod) ? ObjectPath.Deferred(call.Syntax) : null);
            default:
                return PlaceOf(operation) is { } place
                    ? PartOf(place.Holder, place, (operation as IMemberReferenceOperation)?.Type)
                    : null;
        }
    }

    /// <summary>
    /// What a place holds. An element that a query made of another one, as a tuple of it and its number, stands for the module in it.
    /// </summary>
    /// <param name="whole">What the place is a part of.</param>
    /// <param name="place">The place.</param>
    /// <param name="type">The type of what it holds.</param>
    private ObjectPath PartOf(ObjectPath? whole, ObjectPath place, ITypeSymbol? type) =>
        _state.Given(place) is { } given ? Taken(given)
            : ElementOf(place) is { } element ? Taken(element)
            : Taken(place) is var taken && !ReferenceEquals(taken, place) ? _state.Given(taken) ?? taken
            : whole is { Kind: PathStepKind.Iteration, Holder.Holder: { } collection } && _state.ContentsOf(collection).IsDefault
                && place.Symbol?.ContainingType is { IsTupleType: true } or { IsAnonymousType: true }
                && types.Known.IsModule(type) ? whole
            : place;

    /// <summary>The element that is known to be the one which a loop takes, or a part of it.</summary>
    private ObjectPath Taken(ObjectPath path)
    {
        foreach (ObjectPath part in path.SelfAndHolders())
        {
            if (part.Kind == PathStepKind.Iteration && _state.Given(part) is { } held)
            {
                ObjectPath taken = path.Moved(part, held);
                return _state.Given(taken) ?? (part.Equals(path.Holder) && path.Symbol?.ContainingType is { IsTupleType: true }
                    && held is not { Kind: PathStepKind.Made, Type: null } ? held : taken);
            }
        }

        return path;
    }

    /// <summary>The field of a tuple that holds one of its elements; null for any other type.</summary>
    private static IFieldSymbol? FieldOf(ITypeSymbol? type, int element) =>
        type is INamedTypeSymbol { IsTupleType: true, TupleElements: var fields } && element < fields.Length
            ? fields[element].CorrespondingTupleField ?? fields[element]
            : null;

    /// <summary>Makes a tuple, or an object without a class of its own, of parts.</summary>
    private void Make(IOperation whole, IEnumerable<(ISymbol? Member, IOperation Value)> parts)
    {
        ObjectPath made = ObjectPath.Made(whole.Syntax);
        _state = _state.New(made);
        foreach ((ISymbol? member, IOperation value) in parts)
        {
            if (whole is IAnonymousObjectCreationOperation)
                Visit(value);
            if (member is not null && made.Member(member) is { } place)
                Hold(place, value);
        }
    }

    /// <summary>The element of a collection whose elements are known; null for any other place.</summary>
    private ObjectPath? ElementOf(ObjectPath place)
    {
        if (place is not { Kind: PathStepKind.At, Holder: { } collection } || _state.ContentsOf(collection) is not { IsDefault: false } elements)
            return null;
        int index = place.Key is FromEnd { Distance: var distance } ? elements.Length - distance : place.Key as int? ?? -1;
        return index >= 0 && index < elements.Length ? elements[index] : null;
    }

    /// <summary>The place of a parameter: a primary constructor's is a part of the object.</summary>
    private static ObjectPath? PlaceOf(IParameterSymbol parameter, ObjectPath owner) =>
        parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor, DeclaringSyntaxReferences: [{ } declaration] }
            && declaration.GetSyntax() is TypeDeclarationSyntax ? owner.Member(parameter) : ObjectPath.Of(parameter);

    /// <summary>A member by its own name, which an element of a tuple may have beside one that the program gives it.</summary>
    private static ISymbol Named(ISymbol member) => member is IFieldSymbol { CorrespondingTupleField: { } field } ? field : member;

    /// <summary>The member of a class that a member of an interface stands for.</summary>
    private static ISymbol ImplementedBy(ISymbol member, INamedTypeSymbol? type) =>
        member.ContainingType is { TypeKind: TypeKind.Interface } && type?.FindImplementationForInterfaceMember(member) is { } implementation
            ? implementation
            : member;

    /// <summary>What a call of the system's collections gives: the same elements, or some of them.</summary>
    private ObjectPath? OfSystemCall(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (!SystemCalls.IsOfSystem(method))
            return null;
        if (method.Name == "GetInvocationList")
            return ObjectPath.Made(call.Syntax);
        if (PathOf(Receiver.Of(call)) is not { Kind: not PathStepKind.Deferred } source)
            return null;
        return method.Name is "GetEnumerator" or "GetAsyncEnumerator" ? source.Elements()
            : SystemCalls.KeepsElements(method) ? source
            : SystemCalls.OrdersElements(method) ? _state.ContentsOf(source).IsDefault ? source : source.Selected(call.Syntax)
            : SystemCalls.RemovesElement(method) ? source.Taken(call.Syntax)
            : SystemCalls.ChoosesElements(method) || SystemCalls.ChoosesElement(method) || SystemCalls.TakesElement(method)
                ? source.Selected(call.Syntax)
            : SystemCalls.ProjectsElements(method) && _projected.TryGetValue(call.Syntax, out ObjectPath? projected) ? projected
            : method.Name is "GroupBy" or "Chunk" or "AsMemory" || (method is { Name: "ToDictionary", Parameters.Length: 2 }) ? source.Selected(call.Syntax)
            : null;
    }

    private ObjectPath? PlaceAt(IOperation? whole, IOperation index)
    {
        if (whole is null || PathOf(whole) is not { } collection)
            return null;
        if (Expression.Unconverted(index) is IUnaryOperation { OperatorKind: UnaryOperatorKind.Hat, Operand.ConstantValue: { HasValue: true, Value: int end } })
            return collection.At(new FromEnd(end));
        if (index is IRangeOperation)
            return collection.Selected(index.Syntax);
        return index.ConstantValue is { HasValue: true, Value: { } constant }
            ? collection.At(SystemCalls.IsDictionary(Expression.Unconverted(whole).Type) ? new DictionaryKey(constant) : constant)
            : Expression.VariableOf(index) is { } variable ? collection.At(variable)
            : null;
    }

    /// <summary>Lets a variable or a captured expression hold what an expression gives.</summary>
    private void Hold(ObjectPath place, IOperation value)
    {
        ObjectPath? path = PathOf(value);
        FunctionValue? function = FunctionOf(value);
        _state = _state.New(ObjectPath.JoinedOf(place));
        _state = path is null ? _state.Release(place) : _state.Hold(place, path);
        HoldFunction(place, value, function);
    }

    private void HoldFunction(ObjectPath place, IOperation value, FunctionValue? function) =>
        _state = function is not null ? _state.Hold(place, function)
            : PathOf(value) is not null || !IsDelegate(value) ? _state.ReleaseFunction(place)
            : _state.Hold(place, (FunctionValue?)null);

    private static MergeState HoldNew(MergeState state, ObjectPath place, SyntaxNode syntax)
    {
        ObjectPath made = ObjectPath.Made(syntax);
        return state.New(made).Hold(place, made);
    }

    private static bool IsOfEnumerator(IPropertyReferenceOperation property) =>
        property.Property is { Name: "Current", IsStatic: false } && property.Property.ContainingType is { } type
            && type.GetMembers("MoveNext").Concat(type.AllInterfaces.SelectMany(parent => parent.GetMembers("MoveNext")))
                .Concat(type.GetMembers("MoveNextAsync")).Any();
}
