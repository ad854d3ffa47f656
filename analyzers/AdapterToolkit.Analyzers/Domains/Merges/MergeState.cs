using System.Collections.Immutable;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>What a merge did to an object.</summary>
internal enum MergeKind
{
    /// <summary>The program asked whether it is merged: it is taken to know what it does.</summary>
    Asked,

    /// <summary>The factors were given back.</summary>
    ForGood,

    /// <summary>The factors are kept, idle.</summary>
    Reversible,

    /// <summary>One or the other.</summary>
    Either,
}

/// <summary>A merge that may have happened.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Conditions">The conditions that held where it happened.</param>
internal sealed record MergeFact(MergeKind Kind, ImmutableDictionary<string, Truth> Conditions)
{
    /// <inheritdoc/>
    public bool Equals(MergeFact? other) =>
        other is not null && Kind == other.Kind && Conditions.Count == other.Conditions.Count
            && Conditions.All(condition => other.Conditions.TryGetValue(condition.Key, out Truth value) && value == condition.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Kind;
}

/// <summary>
/// Which objects were merged at one point of a program. An object is known by the path that leads to it: a variable, then
/// members.
/// </summary>
internal sealed class MergeState : IEquatable<MergeState>
{
    /// <summary>A path that may be one of several.</summary>
    public const string Ambiguous = "?";

    /// <summary>Nothing was merged.</summary>
    public static readonly MergeState Empty =
        new(ImmutableDictionary<object, string>.Empty, ImmutableDictionary<string, MergeFact>.Empty, ImmutableDictionary<string, Truth>.Empty);

    private static readonly char[] s_separators = ['.', '[', '{'];

    private readonly ImmutableDictionary<object, string> _paths;
    private readonly ImmutableDictionary<string, MergeFact> _merges;
    private readonly ImmutableDictionary<string, Truth> _conditions;

    private MergeState(ImmutableDictionary<object, string> paths, ImmutableDictionary<string, MergeFact> merges, ImmutableDictionary<string, Truth> conditions)
    {
        _paths = paths;
        _merges = merges;
        _conditions = conditions;
    }

    /// <summary>The path of the object that a variable holds; null where it was not assigned here.</summary>
    public string? PathOf(object variable) => _paths.TryGetValue(variable, out string? path) ? path : null;

    /// <summary>Lets a variable hold the object at a path.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="path">The path.</param>
    /// <param name="isNew">Whether the object was not seen before, so that nothing is known about it.</param>
    public MergeState Hold(object variable, string path, bool isNew)
    {
        ImmutableDictionary<string, MergeFact> merges = isNew ? _merges.RemoveRange(_merges.Keys.Where(key => key == path || IsWithin(key, path))) : _merges;
        return new(_paths.SetItem(variable, path), merges, _conditions);
    }

    /// <summary>The merge that reached an object: its own, that of what holds it, or that of one of its parts; null for none.</summary>
    public MergeFact? MergeOf(string path)
    {
        if (_merges.TryGetValue(path, out MergeFact? own))
            return own.Kind == MergeKind.Asked ? null : own;
        int element = path.LastIndexOf('*');
        foreach (KeyValuePair<string, MergeFact> merge in _merges)
        {
            if (merge.Value.Kind == MergeKind.Asked)
                continue;
            bool isSibling = element >= 0 && merge.Key.LastIndexOf('*') == element && string.CompareOrdinal(merge.Key, 0, path, 0, element + 1) == 0;
            if (isSibling || IsWithin(path, merge.Key) || IsWithin(merge.Key, path))
                return merge.Value;
        }

        return null;
    }

    /// <summary>Notes a merge.</summary>
    public MergeState Merge(string path, MergeKind kind) => new(_paths, _merges.SetItem(path, new MergeFact(kind, _conditions)), _conditions);

    /// <summary>Forgets the merges of an object, of its parts, and of what holds it.</summary>
    public MergeState Forget(string path) =>
        new(_paths, _merges.RemoveRange(_merges.Keys.Where(key => key == path || IsWithin(key, path) || IsWithin(path, key))), _conditions);

    /// <summary>The program asked about the adapter of an object: it is taken to know about the merges of what it is a part of as well.</summary>
    public MergeState Ask(string path)
    {
        ImmutableDictionary<string, MergeFact> merges = _merges.SetItem(path, new MergeFact(MergeKind.Asked, _conditions));
        foreach (string holder in _merges.Keys.Where(key => IsWithin(path, key)))
            merges = merges.SetItem(holder, new MergeFact(MergeKind.Asked, _conditions));
        return new(_paths, merges, _conditions);
    }

    /// <summary>Lets the object at a path, and its parts, be found at another one.</summary>
    public MergeState Move(string from, string to)
    {
        ImmutableDictionary<string, MergeFact> merges = _merges.RemoveRange(_merges.Keys.Where(key => key == to || IsWithin(key, to)));
        foreach (KeyValuePair<string, MergeFact> merge in _merges.Where(merge => merge.Key == from || IsWithin(merge.Key, from)))
            merges = merges.Remove(merge.Key).SetItem(to + merge.Key.Substring(from.Length), merge.Value);
        return new(_paths, merges, _conditions);
    }

    /// <summary>Takes a condition to hold, or not to: merges that happened under the contrary did not happen.</summary>
    public MergeState Assume(string condition, bool holds)
    {
        string? subject = holds ? Condition.ConstantlyCompared(condition) : null;
        ImmutableDictionary<string, MergeFact> merges =
            _merges.RemoveRange(_merges.Where(merge => merge.Value.Conditions.Any(IsContrary)).Select(merge => merge.Key));
        return new(_paths, merges, _conditions.SetItem(condition, Of(holds)));

        bool IsContrary(KeyValuePair<string, Truth> held) => held.Key == condition
            ? holds ? (held.Value & Truth.Holds) == 0 : held.Value == Truth.Holds
            : subject is not null && held.Value == Truth.Holds && Condition.ConstantlyCompared(held.Key) == subject;
    }

    /// <summary>Forgets what was known by conditions on a variable that changes.</summary>
    /// <param name="variable">The variable, as conditions name it.</param>
    /// <param name="isNeverTheSame">Whether its value is one that it did not have before: it equals no more what it equalled.</param>
    public MergeState Change(string variable, bool isNeverTheSame = false) =>
        Changed(conditions =>
        {
            foreach (KeyValuePair<string, Truth> condition in conditions)
            {
                if (Condition.Names(condition.Key, variable))
                    conditions = isNeverTheSame && Condition.Compares(condition.Key, variable) && (condition.Value & Truth.Fails) == 0
                        ? conditions.SetItem(condition.Key, Truth.Passed)
                        : conditions.Remove(condition.Key);
            }

            return conditions;
        }).Without(variable);

    /// <summary>A truth value is known from here on, whatever happened before.</summary>
    public MergeState Know(string variable, bool value) => Changed(conditions => conditions.SetItem(variable, Of(value)));

    private MergeState Changed(Func<ImmutableDictionary<string, Truth>, ImmutableDictionary<string, Truth>> change)
    {
        ImmutableDictionary<string, MergeFact> merges = _merges;
        foreach (KeyValuePair<string, MergeFact> merge in _merges)
        {
            ImmutableDictionary<string, Truth> conditions = change(merge.Value.Conditions);
            if (!ReferenceEquals(conditions, merge.Value.Conditions))
                merges = merges.SetItem(merge.Key, merge.Value with { Conditions = conditions });
        }

        return new(_paths, merges, change(_conditions));
    }

    /// <summary>Forgets the merges of elements at an index that changes.</summary>
    private MergeState Without(string index) =>
        new(_paths, _merges.RemoveRange(_merges.Keys.Where(key => key.IndexOf("[" + index, StringComparison.Ordinal) >= 0)), _conditions);

    /// <summary>The join of two states: what may hold where control flow joins.</summary>
    public static MergeState Join(MergeState left, MergeState right)
    {
        if (ReferenceEquals(left, right))
            return left;
        ImmutableDictionary<object, string> paths = left._paths;
        foreach (KeyValuePair<object, string> entry in right._paths)
            paths = paths.SetItem(entry.Key, paths.TryGetValue(entry.Key, out string? known) && known != entry.Value ? Ambiguous : entry.Value);
        ImmutableDictionary<string, MergeFact> merges = left._merges;
        foreach (KeyValuePair<string, MergeFact> entry in right._merges)
            merges = merges.SetItem(entry.Key, merges.TryGetValue(entry.Key, out MergeFact? known) ? Join(known, entry.Value) : entry.Value);
        ImmutableDictionary<string, Truth> conditions = Common(left._conditions, right._conditions);
        return new(paths, merges, conditions);
    }

    /// <inheritdoc/>
    public bool Equals(MergeState? other) =>
        other is not null && (ReferenceEquals(this, other)
            || (AreEqual(_paths, other._paths) && AreEqual(_merges, other._merges) && AreEqual(_conditions, other._conditions)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MergeState);

    /// <inheritdoc/>
    public override int GetHashCode() => _merges.Count;

    private static MergeFact Join(MergeFact left, MergeFact right)
    {
        if (left.Equals(right))
            return left;
        MergeKind kind = left.Kind == right.Kind
            ? left.Kind
            : left.Kind == MergeKind.Asked ? right.Kind
            : right.Kind == MergeKind.Asked ? left.Kind
            : MergeKind.Either;
        return new MergeFact(kind, Common(left.Conditions, right.Conditions));
    }

    /// <summary>What two paths have in common; a condition that holds on one and fails on the other tells nothing.</summary>
    private static ImmutableDictionary<string, Truth> Common(ImmutableDictionary<string, Truth> left, ImmutableDictionary<string, Truth> right)
    {
        ImmutableDictionary<string, Truth> common = left;
        foreach (KeyValuePair<string, Truth> entry in left)
        {
            Truth joined = right.TryGetValue(entry.Key, out Truth other) ? entry.Value | other : Truth.Holds | Truth.Fails;
            if ((joined & Truth.Fails) != 0 && joined != Truth.Fails)
                common = common.Remove(entry.Key);
            else if (joined != entry.Value)
                common = common.SetItem(entry.Key, joined);
        }

        return common;
    }

    private static Truth Of(bool holds) => holds ? Truth.Holds : Truth.Fails;

    private static bool IsWithin(string path, string holder) =>
        path.Length > holder.Length && path.StartsWith(holder, StringComparison.Ordinal) && s_separators.Contains(path[holder.Length]);

    private static bool AreEqual<TKey, TValue>(ImmutableDictionary<TKey, TValue> left, ImmutableDictionary<TKey, TValue> right)
        where TKey : notnull =>
        ReferenceEquals(left, right)
            || (left.Count == right.Count && left.All(entry => right.TryGetValue(entry.Key, out TValue? value) && Equals(entry.Value, value)));
}
