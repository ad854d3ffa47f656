using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Symbols;

/// <summary>
/// The types that a walk from type to type has come to. A generic class may hold itself with ever larger arguments, so that there is no end of
/// types; of one class only so many are entered.
/// </summary>
internal sealed class SeenTypes
{
    private const int DeepestArguments = 8;
    private const int MostOfOneClass = 64;

    private readonly HashSet<ITypeSymbol> _types = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ITypeSymbol, int> _counts = new(SymbolEqualityComparer.Default);

    /// <summary>Enters a type.</summary>
    /// <returns>Whether the walk is to go on from it: it was not entered before, and does not lead into the endless.</returns>
    public bool Add(ITypeSymbol type)
    {
        if (!_types.Add(type))
            return false;
        if (type is not INamedTypeSymbol { IsGenericType: true, DeclaringSyntaxReferences.Length: > 0 } generic)
            return true;
        _counts.TryGetValue(generic.OriginalDefinition, out int count);
        _counts[generic.OriginalDefinition] = count + 1;
        return count < MostOfOneClass && DepthOf(generic, DeepestArguments) <= DeepestArguments;
    }

    private static int DepthOf(ITypeSymbol type, int most) => type is INamedTypeSymbol { TypeArguments: { Length: > 0 } arguments }
        ? 1 + (most == 0 ? 0 : arguments.Max(argument => DepthOf(argument, most - 1)))
        : 0;
}
