using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace AdapterToolkit.Generators.Model;

/// <summary>A place in a source file, as value data.</summary>
/// <param name="FilePath">The file's path.</param>
/// <param name="Span">The characters.</param>
/// <param name="Lines">The lines and columns.</param>
internal sealed record LocationSpec(string FilePath, TextSpan Span, LinePositionSpan Lines)
{
    /// <summary>Reads a location; one outside source code becomes an empty place.</summary>
    public static LocationSpec From(Location location)
    {
        FileLinePositionSpan lines = location.GetLineSpan();
        return new LocationSpec(lines.Path ?? "", location.SourceSpan, lines.Span);
    }

    /// <summary>The place as Roslyn's diagnostics take it.</summary>
    public Location ToLocation() => FilePath.Length == 0 ? Location.None : Location.Create(FilePath, Span, Lines);
}
