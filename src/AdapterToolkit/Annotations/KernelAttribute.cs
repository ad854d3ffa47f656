namespace AdapterToolkit;

/// <summary>
/// Marks a static method that ILGPU compiles as a kernel with explicit groups, written in the toolkit or by its generator,
/// so that tools and tests can list every kernel of an assembly.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelAttribute : Attribute;
