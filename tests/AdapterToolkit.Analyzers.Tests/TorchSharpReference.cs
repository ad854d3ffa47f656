using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>TorchSharp's assembly. Sources are compiled against it; nothing of it runs, so that no native library is needed.</summary>
internal static class TorchSharpReference
{
    /// <summary>The assembly.</summary>
    public static MetadataReference Value { get; } = MetadataReference.CreateFromFile(Path.Combine(AppContext.BaseDirectory, "References", "TorchSharp.dll"));
}
