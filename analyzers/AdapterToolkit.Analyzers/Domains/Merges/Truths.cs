using System.Collections.Immutable;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>What is known of conditions.</summary>
internal static class Truths
{
    /// <summary>What two paths of a program have in common; a condition that holds on one and fails on the other tells nothing.</summary>
    public static ImmutableDictionary<Condition, Truth> Common(ImmutableDictionary<Condition, Truth> left, ImmutableDictionary<Condition, Truth> right)
    {
        ImmutableDictionary<Condition, Truth> common = left;
        foreach (KeyValuePair<Condition, Truth> entry in left)
        {
            Truth joined = right.TryGetValue(entry.Key, out Truth other) ? entry.Value | other : Truth.Holds | Truth.Fails;
            if ((joined & Truth.Fails) != 0 && joined != Truth.Fails)
                common = common.Remove(entry.Key);
            else if (joined != entry.Value)
                common = common.SetItem(entry.Key, joined);
        }

        return common;
    }

    /// <summary>Whether two dictionaries say the same.</summary>
    public static bool AreEqual<TKey, TValue>(ImmutableDictionary<TKey, TValue> left, ImmutableDictionary<TKey, TValue> right)
        where TKey : notnull =>
        ReferenceEquals(left, right)
            || (left.Count == right.Count && left.All(entry => right.TryGetValue(entry.Key, out TValue? value) && Equals(entry.Value, value)));
}
