using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>A call of which the result is the same wherever it stands: of one method on the same object with the same arguments.</summary>
/// <param name="method">The method, or the field or property whose initializer is run.</param>
/// <param name="receiver">The object.</param>
/// <param name="arguments">The arguments.</param>
/// <param name="isOnTrainingPath">Whether it stands in a forward pass or in training.</param>
internal readonly struct CallKey(ISymbol method, Value receiver, ImmutableArray<Value> arguments, bool isOnTrainingPath) : IEquatable<CallKey>
{
    /// <summary>The method, or the field or property whose initializer is run.</summary>
    public ISymbol Method { get; } = method;

    /// <summary>The object.</summary>
    public Value Receiver { get; } = receiver;

    /// <summary>The arguments; none where nothing is known about any.</summary>
    public ImmutableArray<Value> Arguments { get; } = arguments.All(argument => argument.Equals(Value.Other)) ? [] : arguments;

    /// <summary>Whether it stands in a forward pass or in training.</summary>
    public bool IsOnTrainingPath { get; } = isOnTrainingPath;

    /// <summary>Whether nothing is known about what the body is given.</summary>
    public bool IsPlain => Arguments.IsEmpty && !IsOnTrainingPath && Receiver.Equals(Value.Other);

    /// <summary>Whether the body is given functions, which depend on what is around them.</summary>
    public bool HasFunctions => Receiver.HoldsFunction || Arguments.Any(argument => argument.HoldsFunction);

    /// <summary>The same body, of which nothing is known what it is given.</summary>
    public CallKey Plain => new(Method, Value.Other, [], isOnTrainingPath: false);

    /// <inheritdoc/>
    public bool Equals(CallKey other) =>
        IsOnTrainingPath == other.IsOnTrainingPath && SymbolEqualityComparer.Default.Equals(Method, other.Method)
            && Receiver.Equals(other.Receiver) && Arguments.SequenceEqual(other.Arguments);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CallKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Arguments.Aggregate(
        (SymbolEqualityComparer.Default.GetHashCode(Method) * 31) + Receiver.GetHashCode(), static (hash, argument) => (hash * 31) + argument.GetHashCode());
}
