using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>Calls that are written otherwise, and calls of which the program decides what they run: operators, conversions, overrides.</content>
internal sealed partial class ValueFlow
{
    /// <summary>Runs a method of the compilation: of a virtual one, all overrides that can run; null where none has a body.</summary>
    /// <param name="method">The method that is named.</param>
    /// <param name="type">The type of the object.</param>
    /// <param name="receiver">The object.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="isVirtual">Whether the object's class decides which override runs.</param>
    /// <param name="isOfTraining">Whether the call is a step of a forward pass or of training, whatever runs this body.</param>
    private BodyResult? RunTargets(
        IMethodSymbol method, ITypeSymbol? type, Value receiver, ImmutableArray<Value> arguments, bool isVirtual, bool isOfTraining = false)
    {
        BodyResult? joined = null;
        foreach (IMethodSymbol target in _analysis.TargetsOf(method, type, isVirtual))
        {
            if (RunBody(target, arguments, receiver, isOfTraining) is { } result)
                joined = joined is null ? result : joined.Join(result);
        }

        return joined;
    }

    /// <summary>Runs the body of a method of the compilation; null where it has none.</summary>
    private BodyResult? RunBody(IMethodSymbol method, ImmutableArray<Value> arguments, Value receiver, bool isOfTraining = false)
    {
        BodyResult? result = _analysis.Call(method, arguments, receiver, _solver, _isOnTrainingPath || isOfTraining, _cancellation);
        _dependsOnTraining |= !isOfTraining && result is { DependsOnTraining: true };
        return result;
    }

    /// <summary>Runs an operator or conversion of the user's; null where it is none, or nothing comes of it.</summary>
    private Value? RunOperator(IOperation operation)
    {
        if (CallSite.OperatorOf(operation) is not { } method)
            return null;
        if (method is { DeclaringSyntaxReferences.Length: 0, IsStatic: true, IsAbstract: true })
            return CallSite.Of(operation) is { } abstraction ? RunImplementation(operation, abstraction) : null;
        if (method.DeclaringSyntaxReferences.Length == 0 || IsOfTensors(method) || CallSite.Of(operation) is not { } site)
            return null;
        Value receiver = Evaluate(site.Receiver);
        ImmutableArray<Value> arguments = Values(site);
        if (RunTargets(method, type: null, receiver, arguments, site.IsVirtual) is not { } result)
            return null;
        Repeat(result.Findings, operation.Syntax);
        Repeat(result.Pending, operation.Syntax);
        if (method is { IsStatic: false, ReturnsVoid: true })
            return receiver.WithMembers(result.Exit[This].Members);
        return result.Returned.IsUnknown ? null : FormedAt(result.Returned, operation);
    }

    /// <summary>
    /// Runs an operator of a type parameter, which an interface of the system declares: that of the operands' class, where it is known, or else those of all
    /// types of the compilation that implement it for the same operands; null where nothing comes of it, or not the same of all.
    /// </summary>
    private Value? RunImplementation(IOperation operation, CallSite site)
    {
        ImmutableArray<Value> arguments = Values(site);
        if (arguments.All(argument => argument.IsUnknown))
            return null;
        ImmutableArray<IMethodSymbol> targets = [.. _analysis.ImplementationsOf(site.Method).Where(target => HasOperandsOf(target, site.Method))];
        if (arguments.Select(argument => argument.Class).OfType<INamedTypeSymbol>().FirstOrDefault() is { } type)
            targets = [.. targets.Where(target => SymbolEqualityComparer.Default.Equals(target.ContainingType.OriginalDefinition, type))];
        if (targets.Length > 0 && targets.All(target => Types.Products.Of(target) is not null))
            return Multiply(operation, arguments[0], arguments[1]);
        BodyResult? common = null;
        foreach (IMethodSymbol target in targets)
        {
            if (IsOfTensors(target) || RunTargets(target, type: null, Value.Other, arguments, isVirtual: false) is not { } result
                || (common is not null && !common.Returned.Equals(result.Returned)))
                return null;
            common = result;
        }

        if (common is null)
            return null;
        Repeat(common.Findings, operation.Syntax);
        return common.Returned.IsUnknown ? null : FormedAt(common.Returned, operation);
    }

    /// <summary>Whether the operands of an operator are of one type where those of another one are.</summary>
    private static bool HasOperandsOf(IMethodSymbol target, IMethodSymbol method)
    {
        ITypeSymbol[] types = [.. method.Parameters.Select(parameter => parameter.Type), method.ReturnType];
        ITypeSymbol[] others = [.. target.Parameters.Select(parameter => parameter.Type), target.ReturnType];
        return types.Length == others.Length && Enumerable.Range(1, types.Length - 1).All(i =>
            !SymbolEqualityComparer.Default.Equals(types[0], types[i]) || SymbolEqualityComparer.Default.Equals(others[0], others[i]));
    }

    /// <summary>Whether an operator is one of the toolkit's tensors, or of a matrix, whose operators mean what they do in a formula.</summary>
    private bool IsOfTensors(IMethodSymbol method) =>
        Types.HoldsTensor(method.ContainingType) || Types.Products.IsMatrix(method.ContainingType)
            || (method.ContainingType is { IsExtension: true, ExtensionParameter.Type: { DeclaringSyntaxReferences.Length: > 0 } extended }
                && Types.HoldsTensor(extended));

    /// <summary>Runs the setter of a property of the user's.</summary>
    private void RunSetter(IPropertyReferenceOperation property, Value value)
    {
        if (value.IsUnknown || property.Property.SetMethod is not { DeclaringSyntaxReferences.Length: > 0 } setter)
            return;
        ImmutableArray<Value> arguments = [.. property.Arguments.Select(argument => Evaluate(argument.Value)), value];
        bool isVirtual = CallSite.Of(property)?.IsVirtual == true;
        if (RunTargets(setter, TypeOf(property.Instance), Evaluate(property.Instance), arguments, isVirtual) is not { } result)
            return;
        Repeat(result.Findings, property.Syntax);
        HandBack(property.Instance, result);
    }

    /// <summary>The parts of an object that is taken apart: what its class hands out, or what a record was given.</summary>
    private Value Deconstructed(IDeconstructionAssignmentOperation assignment, Value value)
    {
        if (assignment.Value.Type is null or { IsTupleType: true } || _analysis.DeconstructionOf(assignment.Syntax) is not { } method)
            return value;
        return Value.Object(PartsOf(method, assignment.Value.Type, value).Select((part, i) => (part, i))
            .ToImmutableDictionary(part => $"item{part.i + 1}", part => part.part));
    }

    /// <summary>What a <c>Deconstruct</c> hands out; that of a record, which the compiler writes, has parameters named after its properties.</summary>
    private ImmutableArray<Value> PartsOf(IMethodSymbol method, ITypeSymbol? type, Value value)
    {
        IMethodSymbol definition = Bodies.DefinitionOf(method);
        bool isExtension = definition.IsExtensionMethod;
        ImmutableArray<Value> arguments = isExtension ? [value] : [];
        if (RunTargets(definition, type, isExtension ? Value.Other : value, arguments, method.IsVirtual) is { } result)
            return isExtension ? result.Parameters.RemoveAt(0) : result.Parameters;
        return [.. method.Parameters.Select(parameter =>
            method.IsImplicitlyDeclared && value.Members.TryGetValue(parameter.Name, out Value? part) ? part : Value.Other)];
    }

    /// <summary>What the parameters of a call are given.</summary>
    private ImmutableArray<Value> Values(CallSite site)
    {
        ImmutableArray<Value>.Builder values = Unknown(site.Method.Parameters.Length);
        foreach ((int ordinal, IOperation given) in site.Arguments)
        {
            if (ordinal < values.Count)
                values[ordinal] = Evaluate(given);
        }

        return values.MoveToImmutable();
    }

    /// <summary>What a method leaves in the members of the object that it is called on.</summary>
    private void HandBack(IOperation? instance, BodyResult body)
    {
        ImmutableDictionary<string, Value> members = body.Exit[This].Members;
        if (instance is null || members.IsEmpty)
            return;
        object? holder = Resolve(instance) switch
        {
            ILocalReferenceOperation local => local.Local,
            IParameterReferenceOperation parameter => parameter.Parameter,
            IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } => This,
            _ => null,
        };
        if (holder is not null)
            _state = _state.With(holder, _state[holder].WithMembers(members));
    }

    /// <summary>The type of an object, as far as the program's text tells it.</summary>
    private ITypeSymbol? TypeOf(IOperation? instance) => instance is null ? null
        : Resolve(instance) is IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } own ? own.Type
        : Resolve(instance).Type;
}
