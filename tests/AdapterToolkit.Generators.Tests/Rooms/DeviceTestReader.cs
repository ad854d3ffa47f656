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
    /// <summary>What stands for emitted files among the rooms.</summary>
    public const string Emitted = "emitted code";

    private const string Devices = "Devices";

    private readonly INamedTypeSymbol[] _bases =
    [
        .. ((string[])["ComputeDevice", "DeviceBuffer"])
            .Select(name => compilation.GetTypeByMetadataName($"AdapterToolkit.{Devices}.{name}"))
            .OfType<INamedTypeSymbol>(),
    ];

    /// <summary>All such places.</summary>
    public IEnumerable<DeviceTest> Tests() =>
        from tree in compilation.SyntaxTrees
        let room = RoomOf(tree)
        where room is not (null or Devices)
        let model = compilation.GetSemanticModel(tree)
        from node in tree.GetRoot().DescendantNodes()
        let kind = KindAskedFor(model, node)
        where kind is not null
        select new DeviceTest(room, kind, $"{Path.GetFileName(tree.FilePath)}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}");

    /// <summary>The room of a file; null of one that lies elsewhere and is not emitted.</summary>
    private string? RoomOf(SyntaxTree tree)
    {
        string start = folder + Path.DirectorySeparatorChar;
        if (tree.FilePath.StartsWith(start, StringComparison.Ordinal))
            return tree.FilePath[start.Length..].Split(Path.DirectorySeparatorChar)[0];
        return tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) ? Emitted : null;
    }

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
