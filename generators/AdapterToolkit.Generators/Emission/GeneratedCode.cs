using System.Reflection;

namespace AdapterToolkit.Generators.Emission;

/// <summary>
/// Marks what is emitted: every type of its own, and every member that a class of the user's gets. What is nested in an emitted type is
/// covered by the mark of that type.
/// </summary>
internal static class GeneratedCode
{
    /// <summary>The generator's version, without the revision that a build may add: the same sources give the same text from any build.</summary>
    public static string Version { get; } = WithoutRevision(
        typeof(GeneratedCode).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>().InformationalVersion);

    /// <summary>The attribute, to stand on a line above a declaration.</summary>
    public static string Attribute { get; } = $"[global::System.CodeDom.Compiler.GeneratedCode(\"AdapterToolkit.Generators\", \"{Version}\")]";

    /// <summary>A version such as <c>1.2.3-preview+0a1b2c</c> up to the plus sign.</summary>
    public static string WithoutRevision(string version) => version.Split('+')[0];
}
