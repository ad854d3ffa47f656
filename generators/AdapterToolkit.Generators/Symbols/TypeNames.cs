using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Symbols;

/// <summary>How types are written in emitted files.</summary>
internal static class TypeNames
{
    /// <summary>In full from <c>global::</c> on, with what tells whether they may be null: no using and no alias of the user's holds there.</summary>
    public static SymbolDisplayFormat InFull { get; } = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(
        SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier | SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);
}
