using System.Collections.Immutable;

namespace AdapterToolkit.Analyzers.Values;

/// <summary>What is known about every variable at one point of a program. A variable that is not named holds nothing known.</summary>
internal sealed class ValueState : IEquatable<ValueState>
{
    /// <summary>Nothing is known about any variable.</summary>
    public static readonly ValueState Empty = new(ImmutableDictionary<object, Value>.Empty);

    private readonly ImmutableDictionary<object, Value> _values;

    private ValueState(ImmutableDictionary<object, Value> values) => _values = values;

    /// <summary>The value of a variable: a local, a parameter, a captured expression, or a fact by its name.</summary>
    public Value this[object variable] => _values.TryGetValue(variable, out Value? value) ? value : Value.Other;

    /// <summary>Whether something is known about a variable.</summary>
    public bool Contains(object variable) => _values.ContainsKey(variable);

    /// <summary>The state in which a variable has a value.</summary>
    public ValueState With(object variable, Value value) => new(_values.SetItem(variable, value));

    /// <summary>The state without the facts whose names a condition picks.</summary>
    public ValueState Without(Func<object, bool> condition) => new(_values.RemoveRange(_values.Keys.Where(condition)));

    /// <summary>The join of two states: what is known where control flow joins.</summary>
    public static ValueState Join(ValueState left, ValueState right)
    {
        if (ReferenceEquals(left, right) || ReferenceEquals(left._values, right._values))
            return left;
        ImmutableDictionary<object, Value> values = left._values;
        foreach (KeyValuePair<object, Value> entry in right._values)
            values = values.SetItem(entry.Key, Value.Join(left[entry.Key], entry.Value));
        foreach (KeyValuePair<object, Value> entry in left._values)
        {
            if (entry.Value.IsFilled && !right._values.ContainsKey(entry.Key))
                values = values.SetItem(entry.Key, Value.Other);
        }

        return new ValueState(values);
    }

    /// <summary>This state, with what another one adds about the variables of this one.</summary>
    public ValueState JoinKnown(ValueState other)
    {
        ImmutableDictionary<object, Value> values = _values;
        foreach (KeyValuePair<object, Value> entry in _values)
            values = values.SetItem(entry.Key, Value.Join(entry.Value, other[entry.Key]));
        return new ValueState(values);
    }

    /// <inheritdoc/>
    public bool Equals(ValueState? other) =>
        other is not null && (ReferenceEquals(_values, other._values)
            || (_values.Count == other._values.Count
                && _values.All(entry => other._values.TryGetValue(entry.Key, out Value? value) && entry.Value.Equals(value))));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueState);

    /// <inheritdoc/>
    public override int GetHashCode() => _values.Count;
}
