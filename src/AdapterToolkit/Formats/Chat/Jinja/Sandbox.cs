namespace AdapterToolkit.Formats.Jinja;

/// <summary>What templates must not touch: Python's inner workings, and methods that change a list or dictionary that they were given.</summary>
internal static class Sandbox
{
    private static readonly HashSet<string> s_changingList = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"];

    private static readonly HashSet<string> s_changingDictionary = ["clear", "pop", "popitem", "setdefault", "update"];

    /// <summary>Whether a method would change its object.</summary>
    public static bool Changes(object target, string name)
        => (target is ListValue && s_changingList.Contains(name)) || (target is DictionaryValue && s_changingDictionary.Contains(name));

    /// <summary>The error of touching it.</summary>
    public static JinjaException Refused(object target, string name)
        => JinjaException.Template($"access to the attribute '{Excerpt.Of(name)}' of a '{TypeName.Of(target)}' is not allowed.");
}
