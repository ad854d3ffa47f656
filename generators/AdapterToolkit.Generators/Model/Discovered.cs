namespace AdapterToolkit.Generators.Model;

/// <summary>What was read of an annotated class. Only the description goes on to emission: nothing that is emitted depends on a place in a file.</summary>
/// <typeparam name="T">What describes the class.</typeparam>
/// <param name="Spec">The class as far as it could be read.</param>
/// <param name="Diagnostics">What is wrong with it, for the analyzers.</param>
internal sealed record Discovered<T>(T Spec, EquatableArray<DiagnosticSpec> Diagnostics)
    where T : class, IEquatable<T>
{
    /// <summary>The class, where it can be emitted; null where something is so wrong with it that it can't.</summary>
    public T? Emittable => Diagnostics.Any(diagnostic => diagnostic.StopsEmission) ? null : Spec;
}
