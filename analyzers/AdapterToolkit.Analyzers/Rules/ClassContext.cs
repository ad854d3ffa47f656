using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>A class that a rule looks at, with what it may ask.</summary>
/// <param name="Type">The class.</param>
/// <param name="Types">The toolkit's types.</param>
/// <param name="Compilation">The compilation.</param>
/// <param name="Cancellation">Ends the look early.</param>
internal readonly record struct ClassContext(INamedTypeSymbol Type, KnownTypes Types, Compilation Compilation, CancellationToken Cancellation);
