using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>The paths that lead to objects.</content>
internal sealed partial class MergeFlow
{
    /// <summary>What calls of the compilation's own bodies gave.</summary>
    private readonly Dictionary<IOperation, (ObjectPath? Path, FunctionValue? Function)> _results = [];

    /// <summary>The sequence of which <c>foreach</c> takes an element; null for any other expression.</summary>
    private ObjectPath? ElementOf(IOperation value) => CurrentOf(value) is { } current ? PathOf(current.Instance) : null;

    /// <summary>Whether an expression is what <c>foreach</c> takes next.</summary>
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
                return PlaceAt(PathOf(element.Instance), index);
            case IArrayElementReferenceOperation { Indices: [var index] } element:
                return PlaceAt(PathOf(element.ArrayReference), index);
            case IPropertyReferenceOperation property when property.Property.IsIndexer || IsOfEnumerator(property):
                return null;
            case IMemberReferenceOperation { Member: IFieldSymbol or IPropertySymbol or IEventSymbol } member:
                if (member.Instance is null)
                    return member.Member.IsStatic ? ObjectPath.OfStatic(member.Member) : null;
                return PathOf(member.Instance) is { } holder ? holder.Member(ImplementedBy(member.Member, holder.Type)) : null;
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
            case IPropertyReferenceOperation property when types.UseOf(property.Property) == AdapterUse.TrainedModel:
                return PathOf(property.Instance);
            case IPropertyReferenceOperation { Property.GetMethod: { } getter } property when HasBody(getter):
                return null;
            case IObjectCreationOperation creation when types.IsTrainer(creation.Type) && creation.Arguments.Length > 0:
                return PathOf(creation.Arguments[0].Value);
            case IObjectCreationOperation creation:
                return ObjectPath.Made(creation.Syntax, creation.Type as INamedTypeSymbol);
            case IArrayCreationOperation or ICollectionExpressionOperation or IDelegateCreationOperation:
                return ObjectPath.Made(operation.Syntax);
            case IInvocationOperation call:
                return OfSystemCall(call);
            default:
                return PlaceOf(operation) is { } place ? Taken(_state.Given(place) ?? ElementOf(place) ?? place) : null;
        }
    }

    /// <summary>The element that is known to be the one which a loop takes.</summary>
    private ObjectPath Taken(ObjectPath path) => path.Kind == PathStepKind.Iteration ? _state.ObjectAt(path) : path;

    /// <summary>The element of a collection whose elements are known; null for any other place.</summary>
    private ObjectPath? ElementOf(ObjectPath place) =>
        place is { Kind: PathStepKind.At, Key: int index and >= 0, Holder: { } collection }
            && _state.ContentsOf(collection) is { IsDefault: false } elements && index < elements.Length ? elements[index] : null;

    /// <summary>The place of a parameter: a primary constructor's is a part of the object.</summary>
    private static ObjectPath? PlaceOf(IParameterSymbol parameter, ObjectPath owner) =>
        parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor, DeclaringSyntaxReferences: [{ } declaration] }
            && declaration.GetSyntax() is TypeDeclarationSyntax ? owner.Member(parameter) : ObjectPath.Of(parameter);

    /// <summary>The member of a class that a member of an interface stands for.</summary>
    private static ISymbol ImplementedBy(ISymbol member, INamedTypeSymbol? type) =>
        member.ContainingType is { TypeKind: TypeKind.Interface } && type?.FindImplementationForInterfaceMember(member) is { } implementation
            ? implementation
            : member;

    /// <summary>What a call of the system's collections gives: the same elements, or some of them.</summary>
    private ObjectPath? OfSystemCall(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (!SystemCalls.IsOfSystem(method) || PathOf(Receiver.Of(call)) is not { } source)
            return null;
        return method.Name is "GetEnumerator" or "GetAsyncEnumerator" ? source.Elements()
            : SystemCalls.KeepsElements(method) ? source
            : SystemCalls.OrdersElements(method) ? _state.ContentsOf(source).IsDefault ? source : source.Selected(call.Syntax)
            : SystemCalls.ChoosesElements(method) ? source.Selected(call.Syntax)
            : null;
    }

    private static ObjectPath? PlaceAt(ObjectPath? collection, IOperation index) =>
        collection is null ? null
            : index.ConstantValue is { HasValue: true, Value: { } constant } ? collection.At(constant)
            : Expression.VariableOf(index) is { } variable ? collection.At(variable)
            : null;

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

    /// <summary>Notes the elements of a collection that is made.</summary>
    private void Fill(IOperation collection, ImmutableArray<IOperation> elements)
    {
        ObjectPath made = ObjectPath.Made(collection.Syntax);
        ObjectPath[] known = [.. elements.Select(PathOf).OfType<ObjectPath>()];
        FunctionValue?[] functions = [.. elements.Select(FunctionOf)];
        _state = _state.New(made);
        if (known.Length != elements.Length || known.Length > Turns.MostElements || elements.Any(element => element is ISpreadOperation))
            return;
        _state = _state.Fill(made, [.. known]);
        for (int i = 0; i < functions.Length; i++)
        {
            if (functions[i] is { } function)
                _state = _state.Hold(known[i], function);
        }
    }

    /// <summary>A call changes the elements of a collection.</summary>
    private void ChangeContents(IInvocationOperation call)
    {
        if (call.Instance is not { } instance || !SystemCalls.IsOfSystem(call.TargetMethod) || PathOf(instance) is not { } collection
            || _state.ContentsOf(collection) is not { IsDefault: false } elements)
            return;
        switch (call.TargetMethod.Name)
        {
            case "Add" or "Enqueue" when call.Arguments is [{ Value: var added }]:
                bool isKnown = elements.Length < Turns.MostElements && PathOf(added) is { Root.Kind: not PathStepKind.Joined };
                _state = _state.Fill(collection, isKnown ? elements.Add(PathOf(added)!) : default);
                if (isKnown && FunctionOf(added) is { } function)
                    _state = _state.Hold(PathOf(added)!, function);
                break;
            case "GetEnumerator" or "ForEach" or "Contains" or "ToArray" or "TrueForAll" or "ConvertAll" or "Find" or "Exists" or "IndexOf":
                break;
            default:
                _state = _state.Fill(collection, default);
                break;
        }
    }

    /// <summary>A loop ends: it has gone through all elements and, where it takes merges of them back, of all.</summary>
    private static MergeState EndLoop(MergeState state, ObjectPath sequence, SyntaxNode condition)
    {
        if (sequence.Holder is { } collection && state.ContentsOf(collection) is { IsDefault: false, IsEmpty: false } elements)
            return state.EndLoop(sequence, Turns.Of(elements.Length - 1));
        return condition.FirstAncestorOrSelf<CommonForEachStatementSyntax>() is { } loop && MergeNames.TakeBack(loop) ? state.Forget(sequence) : state;
    }

    private static bool IsOfEnumerator(IPropertyReferenceOperation property) =>
        property.Property is { Name: "Current", IsStatic: false } && property.Property.ContainingType is { } type
            && type.GetMembers("MoveNext").Concat(type.AllInterfaces.SelectMany(parent => parent.GetMembers("MoveNext")))
                .Concat(type.GetMembers("MoveNextAsync")).Any();
}
