using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Tests.Rooms;

/// <summary>
/// Reads which room uses which. A type belongs to the room of the file that declares it; a place in the code uses a type where it names it or a member of it,
/// or where an expression has it without a name. Emitted files belong to no room.
/// </summary>
/// <param name="compilation">The code.</param>
/// <param name="folder">The folder that has the rooms.</param>
internal sealed class RoomReader(Compilation compilation, string folder)
{
    private readonly Dictionary<ISymbol, string?> _rooms = new(SymbolEqualityComparer.Default);

    /// <summary>All uses of one room by another, each place once.</summary>
    public IEnumerable<RoomUse> Uses() => Files().SelectMany(file => UsesIn(file.Tree, file.Room)).Distinct();

    /// <summary>The types whose parts lie in several rooms.</summary>
    public IEnumerable<string> SpreadTypes() =>
        from file in Files()
        let model = compilation.GetSemanticModel(file.Tree)
        from declaration in file.Tree.GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
        let type = (INamedTypeSymbol)model.GetDeclaredSymbol(declaration)!
        let rooms = RoomsDeclaring(type)
        where rooms.Length > 1 && rooms[0] == file.Room
        select $"{Place(declaration)}: {type.ToDisplayString()} lies in {string.Join(" and ", rooms)}";

    private IEnumerable<(SyntaxTree Tree, string Room)> Files() =>
        from tree in compilation.SyntaxTrees
        let room = RoomOf(tree)
        where room is not null
        select (tree, room);

    private IEnumerable<RoomUse> UsesIn(SyntaxTree tree, string from)
    {
        TypeUses uses = new(compilation.GetSemanticModel(tree));
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
        {
            foreach (INamedTypeSymbol type in uses.At(node))
            {
                if (RoomOf(type) is { } to && to != from)
                    yield return new RoomUse(from, to, type.Name, Place(node));
            }
        }
    }

    private string Place(SyntaxNode node) =>
        $"{Path.GetRelativePath(folder, node.SyntaxTree.FilePath)}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";

    private string? RoomOf(INamedTypeSymbol type)
    {
        if (!_rooms.TryGetValue(type, out string? room))
            _rooms.Add(type, room = RoomsDeclaring(type).FirstOrDefault());
        return room;
    }

    private string[] RoomsDeclaring(INamedTypeSymbol type) =>
        [.. type.DeclaringSyntaxReferences.Select(reference => RoomOf(reference.SyntaxTree)).OfType<string>().Distinct()];

    /// <summary>The room of a file; null of one that lies elsewhere, as emitted ones do.</summary>
    private string? RoomOf(SyntaxTree tree)
    {
        string start = folder + Path.DirectorySeparatorChar;
        if (!tree.FilePath.StartsWith(start, StringComparison.Ordinal))
            return null;
        string[] parts = tree.FilePath[start.Length..].Split(Path.DirectorySeparatorChar);
        return parts.Length == 1 ? RoomPlan.Root : parts[0];
    }
}
