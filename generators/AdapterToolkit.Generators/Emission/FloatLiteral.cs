using System.Globalization;

namespace AdapterToolkit.Generators.Emission;

/// <summary>Writes numbers as constants.</summary>
internal static class FloatLiteral
{
    /// <summary>The shortest constant that is the number exactly.</summary>
    public static string Of(float value) => value.ToString("R", CultureInfo.InvariantCulture) + "f";
}
