namespace AdapterToolkit.Generators.Planning;

/// <summary>Writes a name as members or as locals are written.</summary>
internal static class Casing
{
    /// <summary>The name with its first letter in upper case, as members are written.</summary>
    public static string Pascal(string name)
    {
        string letters = name.TrimStart('@', '_');
        return letters.Length == 0 ? "Value" : char.ToUpperInvariant(letters[0]) + letters.Substring(1);
    }

    /// <summary>The name with its first letter in lower case, as locals are written.</summary>
    public static string Camel(string name)
    {
        string letters = name.TrimStart('@', '_');
        return letters.Length == 0 ? "value" : char.ToLowerInvariant(letters[0]) + letters.Substring(1);
    }
}
