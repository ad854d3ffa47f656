using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// Whether a program has to do with a library that it references: some file names the library's namespace, or another library gives what is of it.
/// </summary>
internal static class LibraryUse
{
    private static readonly ConditionalWeakTable<Compilation, Dictionary<string, bool>> s_known = new();

    // A file that is not edited keeps its tree, and what is known of it.
    private static readonly ConditionalWeakTable<SyntaxTree, ConcurrentDictionary<string, bool>> s_named = new();

    /// <summary>Whether a program uses a library.</summary>
    /// <param name="compilation">The program.</param>
    /// <param name="name">The name of the library, with which those of its parts and of its namespaces begin.</param>
    public static bool IsIn(Compilation compilation, string name)
    {
        Dictionary<string, bool> known = s_known.GetOrCreateValue(compilation);
        lock (known)
        {
            if (!known.TryGetValue(name, out bool isUsed))
                known.Add(name, isUsed = IsNamed(compilation, name) || IsPassedOn(compilation, name));
            return isUsed;
        }
    }

    private static bool IsNamed(Compilation compilation, string name) =>
        compilation.SyntaxTrees.Any(tree => s_named.GetOrCreateValue(tree)
            .GetOrAdd(name, name => tree.GetText().ToString().IndexOf(name, StringComparison.Ordinal) >= 0));

    private static bool IsPassedOn(Compilation compilation, string name) => compilation.SourceModule.ReferencedAssemblySymbols
        .Where(assembly => !assembly.Name.StartsWith(name, StringComparison.Ordinal))
        .SelectMany(assembly => assembly.Modules).SelectMany(module => module.ReferencedAssemblies)
        .Any(referenced => referenced.Name.StartsWith(name, StringComparison.Ordinal));
}
