using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Values;

/// <content>Fields and properties.</content>
internal sealed partial class ValueFlow
{
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
        string name = member is IFieldSymbol { CorrespondingTupleField: { } element } ? element.Name : member.Name;
        if (instance.Members.TryGetValue(Key(name), out Value? known))
            return known;
        if (TensorTypes.IsScalar(type))
            return Value.Other;
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
            return TorchMember(member.Name, instance);
        if (TensorTypes.Is(owner, Types.TorchLinear))
            return member.Name == "weight" || instance.Kind == ValueKind.Weight ? Referenced(instance, reference) : Value.Other;
        if (LowRank.PairWith(member.OriginalDefinition) is { } pair)
            return Value.Factor(SymbolEqualityComparer.Default.Equals(pair.A, member.OriginalDefinition), pair);
        if (LowRank.IsFrozenWeight(member.OriginalDefinition))
            return Value.Weight(hasAdapter: false, reference.Syntax).AsCopy();
        if (owner is not null && TensorTypes.IsInNamespace(owner, "System"))
            return instance;
        return OwnMember(member);
    }

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
        // What becomes of a weight that a module declares itself is that module's business.
        bool isOwn = reference.Instance is IInstanceReferenceOperation or null && !TensorTypes.Is(member.ContainingType, Types.Linear);
        return isOwn ? Value.Other : Value.Weight(HasAdapter(reference), reference.Syntax);
    }

    private bool HasAdapter(IMemberReferenceOperation reference) =>
        TensorTypes.HasAdapter(reference.Instance is IInstanceReferenceOperation ? Symbol.ContainingType : reference.Instance is { } instance ? Resolve(instance).Type : null);

    /// <summary>A member that the compilation itself declares: what its getter returns, or what it was given.</summary>
    private Value OwnMember(ISymbol member)
    {
        if (member.DeclaringSyntaxReferences.Length == 0)
            return Value.Other;
        if (member is IFieldSymbol { AssociatedSymbol: { } property })
            member = property;
        if (member is IPropertySymbol { GetMethod: { } getter } && _analysis.Call(getter, [], _stack, IsOnTrainingPath, _cancellation) is { } result)
        {
            _isExact &= result.IsExact;
            return result.Returned;
        }

        (Value value, bool isExact) = _analysis.ValueOf(member, _stack, _cancellation);
        _isExact &= isExact;
        return value;
    }
}
