using System.Collections.Immutable;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>How the weights of what each variable holds are held, at one point of a program.</summary>
/// <param name="values">The variables about which something is known.</param>
internal sealed class HeldState(ImmutableDictionary<object, Held> values) : IEquatable<HeldState>
{
    private readonly ImmutableDictionary<object, Held> _values = values;

    /// <summary>Nothing is known about any variable.</summary>
    public static HeldState Empty { get; } = new(ImmutableDictionary<object, Held>.Empty);

    /// <summary>What is known about a variable: a local, a parameter, a member, or a captured expression.</summary>
    public Held? this[object variable] => _values.TryGetValue(variable, out Held? held) ? held : null;

    /// <summary>The state in which something else is known about a variable.</summary>
    public HeldState With(object variable, Held? held) => new(held is null ? _values.Remove(variable) : _values.SetItem(variable, held));

    /// <summary>The join of two states: what is known where control flow joins.</summary>
    public static HeldState Join(HeldState left, HeldState right)
    {
        ImmutableDictionary<object, Held> values = left._values;
        foreach (object variable in left._values.Keys.Concat(right._values.Keys))
        {
            if (Held.Join(left[variable], right[variable]) is { } joined)
                values = values.SetItem(variable, joined);
        }

        return new HeldState(values);
    }

    /// <inheritdoc/>
    public bool Equals(HeldState? other) =>
        other is not null && (ReferenceEquals(_values, other._values)
            || (_values.Count == other._values.Count && _values.All(entry => entry.Value.Equals(other[entry.Key]))));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as HeldState);

    /// <inheritdoc/>
    public override int GetHashCode() => _values.Count;
}
