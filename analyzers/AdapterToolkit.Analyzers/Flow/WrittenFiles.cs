using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>The files of a compilation that people wrote. What source generators write is longer than all of them, and holds no mistakes of a user's.</summary>
internal static class WrittenFiles
{
    /// <summary>The files of a compilation without those of source generators, which are told by their names.</summary>
    public static IEnumerable<SyntaxTree> Of(Compilation compilation) =>
        compilation.SyntaxTrees.Where(tree => !tree.FilePath.EndsWith(".g.cs", StringComparison.OrdinalIgnoreCase));
}
