using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// What is known at one point of a program: about every variable, where one that is not named holds nothing known, and what happened on some path to it.
/// </summary>
internal sealed class ValueState : IEquatable<ValueState>
{
    /// <summary>Nothing is known about any variable.</summary>
    public static readonly ValueState Empty = new(ImmutableDictionary<object, Value>.Empty, []);

    private readonly ImmutableDictionary<object, Value> _values;
    private readonly ImmutableHashSet<TensorFact> _facts;

    private ValueState(ImmutableDictionary<object, Value> values, ImmutableHashSet<TensorFact> facts)
    {
        _values = values;
        _facts = facts;
    }

    /// <summary>The value of a variable: a local, a parameter, or a captured expression.</summary>
    public Value this[object variable] => _values.TryGetValue(variable, out Value? value) ? value : Value.Other;

    /// <summary>Whether something happened on some path to here.</summary>
    public bool Knows(TensorFact fact) => _facts.Contains(fact);

    /// <summary>The state in which a variable has a value.</summary>
    public ValueState With(object variable, Value value) => new(_values.SetItem(variable, value), _facts);

    /// <summary>The state behind something that happens.</summary>
    public ValueState With(TensorFact fact) => new(_values, _facts.Add(fact));

    /// <summary>The state in which nothing has happened yet to the objects that a variable leads to: it holds another one.</summary>
    public ValueState WithoutFactsOf(ISymbol variable) =>
        _facts.IsEmpty ? this : new(_values, _facts.Except(_facts.Where(fact => SymbolEqualityComparer.Default.Equals(fact.Path?.Root, variable))));

    /// <summary>What a function captures that is made here: what is known about the variables.</summary>
    public ValueState Captured() => new(
        _values.Where(entry => entry.Value is { IsFilled: false, Tells: true })
            .ToImmutableDictionary(entry => entry.Key, entry => entry.Value.Told().Captured()),
        []);

    /// <summary>Where the functions were made that variables hold.</summary>
    public IEnumerable<SyntaxNode> Places() => _values.Values.SelectMany(value => value.Places());

    /// <summary>What is known about one variable alone.</summary>
    public ValueState Only(object variable) => _values.TryGetValue(variable, out Value? value) ? Empty.With(variable, value) : Empty;

    /// <summary>The join of two states: what is known where control flow joins.</summary>
    public static ValueState Join(ValueState left, ValueState right)
    {
        if (ReferenceEquals(left, right))
            return left;
        ImmutableDictionary<object, Value> values = left._values;
        if (!ReferenceEquals(values, right._values))
        {
            foreach (KeyValuePair<object, Value> entry in right._values)
            {
                left._values.TryGetValue(entry.Key, out Value? known);
                values = With(values, entry.Key, known, Value.Join(known ?? Value.Other, entry.Value));
            }

            foreach (KeyValuePair<object, Value> entry in left._values)
            {
                if (entry.Value.IsFilled && !right._values.ContainsKey(entry.Key))
                    values = values.SetItem(entry.Key, Value.Other);
            }
        }

        return left.With(values, left._facts.Union(right._facts));
    }

    /// <summary>This state, with what another one adds about the variables of this one.</summary>
    public ValueState JoinKnown(ValueState other)
    {
        ImmutableDictionary<object, Value> values = _values;
        foreach (KeyValuePair<object, Value> entry in _values)
            values = With(values, entry.Key, entry.Value, Value.Join(entry.Value, other[entry.Key]));
        return With(values, _facts);
    }

    private ValueState With(ImmutableDictionary<object, Value> values, ImmutableHashSet<TensorFact> facts) =>
        ReferenceEquals(values, _values) && ReferenceEquals(facts, _facts) ? this : new ValueState(values, facts);

    /// <summary>Variables of which one gets a value; where that is what it holds already, nothing is made anew.</summary>
    private static ImmutableDictionary<object, Value> With(ImmutableDictionary<object, Value> values, object variable, Value? old, Value value) =>
        ReferenceEquals(old, value) ? values : values.SetItem(variable, value);

    /// <inheritdoc/>
    public bool Equals(ValueState? other) => other is not null && _facts.SetEquals(other._facts) && HasEqualValues(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueState);

    /// <inheritdoc/>
    public override int GetHashCode() => _values.Count;

    private bool HasEqualValues(ImmutableDictionary<object, Value> other) => ReferenceEquals(_values, other)
        || (_values.Count == other.Count && _values.All(entry => other.TryGetValue(entry.Key, out Value? value) && entry.Value.Equals(value)));
}
