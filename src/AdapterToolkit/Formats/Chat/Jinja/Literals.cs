namespace AdapterToolkit.Formats.Jinja;

/// <summary>The names that are constants.</summary>
internal static class Literals
{
    /// <summary>The value of a constant's name, or null where the name is a variable's.</summary>
    public static object? Find(string name) => name switch
    {
        "true" or "True" => true,
        "false" or "False" => false,
        "none" or "None" => None.Value,
        _ => null,
    };
}
