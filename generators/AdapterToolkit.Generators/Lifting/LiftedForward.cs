using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>What lifting makes of a <c>Forward</c>.</summary>
/// <param name="Graph">The graph; null where something can't be differentiated.</param>
/// <param name="Names">The names that lifting gave to variables of opaque code.</param>
/// <param name="Diagnostics">What can't be differentiated.</param>
internal sealed record LiftedForward(Graph? Graph, IReadOnlyCollection<string> Names, IReadOnlyList<DiagnosticSpec> Diagnostics);
