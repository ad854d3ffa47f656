using System.Text;

namespace AdapterToolkit.Checkpoints.Jinja;

internal static class SpecialCasing { public static string? Upper(Rune rune) => null; public static string? Title(Rune rune) => null; }
