using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Tests.Rooms;

/// <summary>
/// Finds where code tells one kind of device from the others: where it asks whether something has the type of a device or of its memory, turns it into one,
/// or asks a device for a property that is true of one kind alone. The room of devices itself may.
/// </summary>
/// <param name="compilation">The code.</param>
/// <param name="folder">The folder that has the rooms.</param>
internal sealed class DeviceTestReader(Compilation compilation, string folder)
{
    private const string Devices = "Devices";

    private readonly INamedTypeSymbol[] _bases =
    [
        .. ((string[])["Device", "DeviceBuffer"])
            .Select(name => compilation.GetTypeByMetadataName($"AdapterToolkit.{Devices}.{name}"))
            .OfType<INamedTypeSymbol>(),
    ];

    /// <summary>All such places.</summary>
    public IEnumerable<DeviceTest> Tests() =>
        from tree in compilation.SyntaxTrees
        where tree.FilePath.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
        let file = Path.GetRelativePath(folder, tree.FilePath)
        let room = file.Split(Path.DirectorySeparatorChar)[0]
        where room != Devices
        let model = compilation.GetSemanticModel(tree)
        from node in tree.GetRoot().DescendantNodes()
        let kind = KindAskedFor(model, node)
        where kind is not null
        select new DeviceTest(room, kind, $"{file}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}");

    private string? KindAskedFor(SemanticModel model, SyntaxNode node)
    {
        SyntaxNode? type = node switch
        {
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.IsExpression or (int)SyntaxKind.AsExpression } test => test.Right,
            CastExpressionSyntax cast => cast.Type,
            TypeOfExpressionSyntax typeOf => typeOf.Type,
            TypePatternSyntax pattern => pattern.Type,
            DeclarationPatternSyntax pattern => pattern.Type,
            RecursivePatternSyntax pattern => pattern.Type,
            ConstantPatternSyntax pattern => pattern.Expression,
            CaseSwitchLabelSyntax label => label.Value,
            _ => null,
        };
        if (type is not null && model.GetSymbolInfo(type).Symbol is INamedTypeSymbol named && IsKind(named))
            return named.Name;
        return node is IdentifierNameSyntax name
            && model.GetSymbolInfo(name).Symbol is IPropertySymbol { Type.SpecialType: SpecialType.System_Boolean } property
            && IsKind(property.ContainingType)
            ? $"{property.ContainingType.Name}.{property.Name}"
            : null;
    }

    /// <summary>Whether a type is one kind of device, or its memory.</summary>
    private bool IsKind(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? ancestor = type.BaseType; ancestor is not null; ancestor = ancestor.BaseType)
        {
            if (_bases.Contains(ancestor, SymbolEqualityComparer.Default))
                return true;
        }

        return false;
    }
}
