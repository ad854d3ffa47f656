namespace AdapterToolkit.Generators.Dependencies;

/// <summary>What code elsewhere can see of a declaration.</summary>
/// <param name="Text">Its text without bodies, behind what decides how names in it are understood.</param>
/// <param name="Identifiers">The names in the text.</param>
internal sealed record Declaration(string Text, IReadOnlyCollection<string> Identifiers)
{
    /// <summary>Whether another declaration, or this one in another version of its file, looks the same.</summary>
    public bool LooksLike(Declaration other) => ReferenceEquals(this, other) || Text == other.Text;

    /// <summary>Whether two lists of declarations look the same.</summary>
    public static bool AreAlike(IReadOnlyList<Declaration> left, IReadOnlyList<Declaration> right)
    {
        if (left.Count != right.Count)
            return false;
        for (int i = 0; i < left.Count; i++)
        {
            if (!left[i].LooksLike(right[i]))
                return false;
        }

        return true;
    }
}
