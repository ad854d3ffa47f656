using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>A call of which the result is the same wherever it stands: of one method with the same arguments.</summary>
/// <param name="method">The method.</param>
/// <param name="arguments">The arguments.</param>
/// <param name="isOnTrainingPath">Whether it stands in a forward pass or in training.</param>
internal readonly struct CallKey(IMethodSymbol method, ImmutableArray<Value> arguments, bool isOnTrainingPath) : IEquatable<CallKey>
{
    private readonly IMethodSymbol _method = method;
    private readonly ImmutableArray<Value> _arguments = arguments;
    private readonly bool _isOnTrainingPath = isOnTrainingPath;

    /// <inheritdoc/>
    public bool Equals(CallKey other) =>
        _isOnTrainingPath == other._isOnTrainingPath && SymbolEqualityComparer.Default.Equals(_method, other._method)
            && _arguments.SequenceEqual(other._arguments);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CallKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        _arguments.Aggregate(SymbolEqualityComparer.Default.GetHashCode(_method), static (hash, argument) => (hash * 31) + argument.GetHashCode());
}
