using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>Fields and properties.</content>
internal sealed partial class ValueFlow
{
    private ILocalSymbol[]? _locals;

    /// <summary>The locals of this body and of those around it that the program names; those that lowering makes have no names.</summary>
    private ILocalSymbol[] Locals => _locals ??= [.. LocalsOf(_graph).Where(local => !local.IsImplicitlyDeclared)];

    private static IEnumerable<ILocalSymbol> LocalsOf(ControlFlowGraph graph)
    {
        Stack<ControlFlowRegion> rest = new([graph.Root]);
        while (rest.Count > 0)
        {
            ControlFlowRegion region = rest.Pop();
            foreach (ILocalSymbol local in region.Locals)
                yield return local;
            foreach (ControlFlowRegion nested in region.NestedRegions)
                rest.Push(nested);
        }

        if (graph.Parent is { } parent)
        {
            foreach (ILocalSymbol local in LocalsOf(parent))
                yield return local;
        }
    }

    /// <summary>What the parameter of a class holds, or the member that is given it; null where that is not known.</summary>
    private Value? Captured(IMethodSymbol constructor, IParameterSymbol parameter)
    {
        ImmutableDictionary<string, Value> members = _state[This].Members;
        if (members.IsEmpty)
            return null;
        if (members.TryGetValue(Key(parameter), out Value? captured))
            return captured;
        foreach (ISymbol holder in HoldersOf(constructor, parameter, depth: 0))
        {
            if (members.TryGetValue(Key(holder), out captured))
                return captured;
        }

        return null;
    }

    /// <summary>What a local or parameter holds. One of which nothing is known can be a factor that is called <c>lora_A</c> or <c>lora_B</c>.</summary>
    private Value Variable(ISymbol variable)
    {
        Value value = _state[variable];
        if (variable is ILocalSymbol { RefKind: RefKind.None, Type: var type } && TensorTypes.IsScalar(type) && !_keepsElements)
            return Value.Other;
        if (!value.IsUnknown)
            return value is { Kind: ValueKind.AdapterTerm or ValueKind.Weight, IsStorage: false } && _addedTo.Contains(variable) ? Value.Other : value;
        if (_keepsElements && ElementOf(variable) is { IsUnknown: false } element)
            return element;
        if (variable is IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } constructor } parameter
            && Captured(constructor, parameter) is { } captured)
            return captured;
        LowRankPair? pair = variable is ILocalSymbol local
            ? !local.IsImplicitlyDeclared && FactorNames.NamesLowRank(local.Name) ? LowRank.PairWith(local, Locals) : null
            : LowRank.PairWith(variable.OriginalDefinition);
        return pair is null ? value : Value.Factor(SymbolEqualityComparer.Default.Equals(pair.A, variable.OriginalDefinition), pair).AsCopy();
    }

    private Value Property(IPropertyReferenceOperation reference)
    {
        foreach (IArgumentOperation index in reference.Arguments)
            Evaluate(index.Value);
        Value instance = Evaluate(reference.Instance);
        Show(rule => rule.OnMemberRead(this, reference, instance));
        return MemberOf(reference, reference.Property, instance);
    }

    private Value Member(IFieldReferenceOperation reference, IFieldSymbol field) => MemberOf(reference, field, Evaluate(reference.Instance));

    /// <summary>What a member of an object is.</summary>
    /// <param name="reference">The expression.</param>
    /// <param name="member">The member.</param>
    /// <param name="instance">What is known about the object.</param>
    private Value MemberOf(IMemberReferenceOperation reference, ISymbol member, Value instance)
    {
        ITypeSymbol? type = member switch
        {
            IPropertySymbol property => property.Type,
            IFieldSymbol field => field.Type,
            _ => null,
        };
        if (instance.Members.TryGetValue(Key(member), out Value? known))
            return IsOwnWeight(reference, member, type) ? Value.Other : known;
        if (TensorTypes.IsScalar(type))
            return _keepsElements && member is IPropertySymbol { IsIndexer: true } && Types.IsMatrix(member.ContainingType) ? instance : Value.Other;
        INamedTypeSymbol? owner = member.ContainingType?.OriginalDefinition;
        if (TensorTypes.Is(owner, Types.Factors))
            return member.Name is "A" or "B" ? Value.Factor(member.Name == "A", pair: null) : Value.Other;
        if (TensorTypes.Is(owner, Types.Parameter))
            return member.Name == "Value" ? instance : Value.Other;
        if (TensorTypes.Is(owner, Types.FrozenWeight))
            return member.Name == "Data" ? instance : Value.Other;
        if (FrozenWeights(reference, member, type) is { } weight)
            return weight;
        if (Types.IsToolkitTensor(owner))
            return member.Name is "Span" or "View" ? instance : Value.Other;
        if (Types.IsTorchTensor(owner))
            return member is IPropertySymbol { IsIndexer: true } ? Part((IPropertyReferenceOperation)reference, instance) : TorchMember(member.Name, instance);
        if (member is IPropertySymbol { IsIndexer: true } && Types.IsOfTorch(owner))
            return instance;
        if (TensorTypes.Is(owner, Types.TorchLinear))
            return member.Name == "weight" || instance.Kind == ValueKind.Weight ? Referenced(instance, reference) : Value.Other;
        if (LowRank.PairWith(member.OriginalDefinition) is { } pair)
            return Value.Factor(SymbolEqualityComparer.Default.Equals(pair.A, member.OriginalDefinition), pair);
        if (LowRank.IsFrozenWeight(member.OriginalDefinition))
            return Value.Weight(hasAdapter: false, reference.Syntax).AsCopy();
        if (owner is not null && TensorTypes.IsInNamespace(owner, "System"))
        {
            return member is IPropertySymbol { IsIndexer: true }
                ? ElementAt(instance, owner, ((IPropertyReferenceOperation)reference).Arguments[0].Value)
                : member.Name is "Current" or "Values" ? instance.WithoutElements() : instance;
        }

        if (owner is not null && !instance.IsUnknown && Types.Products.IsMatrix(owner) && Types.IsMatrix(type))
            return instance;
        return OwnMember(reference, member, instance);
    }

    /// <summary>Rows or columns of a tensor. Picked by other tensors, as by tokens, a factor's are Ax of those.</summary>
    private Value Part(IPropertyReferenceOperation reference, Value instance)
    {
        bool isLookup = reference.Arguments.Any(argument => argument.Value.DescendantsAndSelf().Any(part => Types.IsTorchTensor(part.Type)));
        return !isLookup ? instance.Shaped(null, null) : instance.IsFactor ? Value.Reduced(instance) : Value.Other;
    }

    /// <summary>W + BA that a getter or method forms is formed anew where that is used.</summary>
    private static Value FormedAt(Value value, IOperation place) => value.Kind == ValueKind.Merged ? value.From(place.Syntax) : value;

    /// <summary>A weight keeps the place where it is taken from the object that it belongs to.</summary>
    private static Value Referenced(Value value, IOperation reference) => value.Kind == ValueKind.Weight ? value.From(reference.Syntax) : value;

    private static Value TorchMember(string name, Value instance) =>
        TensorMethods.Transposes(name) ? instance.Transposed() : name == "data" ? instance : Value.Other;

    private Value? FrozenWeights(IMemberReferenceOperation reference, ISymbol member, ITypeSymbol? type)
    {
        if (KnownTypes.DerivesFrom(member.ContainingType, Types.Module) && member.Name == "FrozenWeights")
            return Value.Weight(HasAdapter(reference), reference.Syntax);
        if (!TensorTypes.Is(type, Types.FrozenWeight))
            return null;
        return IsOwnWeight(reference, member, type) ? Value.Other : Value.Weight(HasAdapter(reference), reference.Syntax);
    }

    /// <summary>Whether a weight is one that an object declares itself: what becomes of it is that object's business.</summary>
    private bool IsOwnWeight(IMemberReferenceOperation reference, ISymbol member, ITypeSymbol? type) => TensorTypes.Is(type, Types.FrozenWeight)
        && reference.Instance is IInstanceReferenceOperation or null && !TensorTypes.Is(member.ContainingType, Types.Linear);

    private bool HasAdapter(IMemberReferenceOperation reference) =>
        TensorTypes.HasAdapter(reference.Instance is IInstanceReferenceOperation
            ? Symbol.ContainingType
            : reference.Instance is { } instance ? Resolve(instance).Type
            : null);

    /// <summary>A member that the compilation itself declares: what its getter returns, or what it was given.</summary>
    private Value OwnMember(IMemberReferenceOperation reference, ISymbol member, Value instance)
    {
        if (member.DeclaringSyntaxReferences.Length == 0)
            return Value.Other;
        if (member is IFieldSymbol { AssociatedSymbol: { } property })
            member = property;
        return member is IPropertySymbol own && Got(reference, own, instance) is { } got ? got : Held(member);
    }

    /// <summary>What the getter of a property returns: of those that can run, the join; null where none has a body.</summary>
    private Value? Got(IMemberReferenceOperation reference, IPropertySymbol property, Value instance)
    {
        if (property.GetMethod is not { } getter)
            return null;
        CallSite? site = reference is IPropertyReferenceOperation ? CallSite.Of(reference) : null;
        if (RunTargets(getter, TypeOf(reference.Instance), instance, site is null ? [] : Values(site), site?.IsVirtual == true) is { } result)
        {
            Repeat(result.Findings, reference.Syntax);
            return FormedAt(result.Returned, reference);
        }

        return site?.IsVirtual != true ? null
            : _analysis.TargetsOf(getter, TypeOf(reference.Instance), isVirtual: true).Select(target => target.AssociatedSymbol).OfType<ISymbol>()
                .Select(Held).Aggregate((Value?)null, (joined, value) => joined is null ? value : Value.Join(joined, value));
    }

    /// <summary>What a member was given.</summary>
    private Value Held(ISymbol member) => _solver.Of(CallKey.Member(member.OriginalDefinition)).Returned;
}
