using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Dependencies;

/// <summary>What all files of a compilation have in common: its options and references, and the usings for all files.</summary>
/// <param name="compilation">The compilation.</param>
/// <param name="globalUsings">The usings, file by file.</param>
internal sealed class CompilationSettings(Compilation compilation, IReadOnlyList<Declaration> globalUsings)
{
    private readonly string? _assembly = compilation.AssemblyName;
    private readonly CompilationOptions _options = compilation.Options;
    private readonly MetadataReference[] _references = [.. compilation.References];

    /// <summary>Whether a referenced assembly refers to this one, so that its types may change with the sources.</summary>
    private readonly bool _isReferredTo = compilation.SourceModule.ReferencedAssemblySymbols
        .SelectMany(static assembly => assembly.Modules)
        .Any(module => module.ReferencedAssemblies.Any(other => other.Name == compilation.AssemblyName));

    /// <summary>The usings for all files.</summary>
    public IReadOnlyList<Declaration> GlobalUsings { get; } = globalUsings;

    /// <summary>Whether code that means something under one compilation's settings means the same under those of another.</summary>
    public bool AreThoseOf(CompilationSettings other) =>
        !_isReferredTo
        && _assembly == other._assembly
        && _options.Equals(other._options)
        && _references.SequenceEqual(other._references)
        && Declaration.AreAlike(GlobalUsings, other.GlobalUsings);
}
