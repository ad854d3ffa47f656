using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Emission.Models;

/// <summary>The loop that is being emitted, to whose variables the ends of its iterations hand their values.</summary>
/// <param name="Carried">The values that it carries.</param>
/// <param name="Returned">The value that is returned from inside; -1 where none is.</param>
internal sealed record LoopTarget(EquatableArray<Carried> Carried, int Returned);
