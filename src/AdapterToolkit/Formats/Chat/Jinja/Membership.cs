namespace AdapterToolkit.Formats.Jinja;

/// <summary>Python's <c>in</c>.</summary>
internal static class Membership
{
    /// <summary>Whether a value is an item of another: a key of a dictionary, a part of a text.</summary>
    public static bool Contains(object container, object value, Budget budget)
    {
        switch (container)
        {
            case string text:
                return value switch
                {
                    string part => Finding.Contains(text, part),
                    UndefinedValue undefined => throw undefined.Error(),
                    _ => throw JinjaException.Values($"'in <string>' requires string as left operand, not {TypeName.Of(value)}."),
                };
            case DictionaryValue dictionary:
                return dictionary.Find(value) is not null;
            case None or bool or double or System.Numerics.BigInteger:
                throw JinjaException.Values($"argument of type '{TypeName.Of(container)}' is not iterable.");
            default:
                foreach (object item in Iteration.Items(container))
                {
                    budget.Spend();
                    if (ValueComparer.Instance.Equals(item, value))
                        return true;
                }

                return false;
        }
    }
}
