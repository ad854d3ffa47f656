using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>
/// What can be asked about a program: what a body gives that is run on an object with arguments, or what a member holds. The answer is the same wherever it is
/// asked for.
/// </summary>
internal readonly struct CallKey : IEquatable<CallKey>
{
    /// <summary>A body that is run.</summary>
    /// <param name="method">The method, or the field or property whose initializer is run.</param>
    /// <param name="receiver">The object.</param>
    /// <param name="arguments">The arguments.</param>
    public CallKey(ISymbol method, Value receiver, ImmutableArray<Value> arguments)
        : this(method, receiver.Told(), Told(arguments), isOnTrainingPath: false, isMember: false)
    {
    }

    private CallKey(ISymbol symbol, Value receiver, ImmutableArray<Value> arguments, bool isOnTrainingPath, bool isMember)
    {
        Symbol = symbol;
        Receiver = receiver;
        Arguments = arguments;
        IsOnTrainingPath = isOnTrainingPath;
        IsMember = isMember;
    }

    /// <summary>The method, the field or property whose initializer is run, or the member.</summary>
    public ISymbol Symbol { get; }

    /// <summary>The object.</summary>
    public Value Receiver { get; }

    /// <summary>The arguments; none where nothing is known about any.</summary>
    public ImmutableArray<Value> Arguments { get; }

    /// <summary>Whether it stands in a forward pass or in training.</summary>
    public bool IsOnTrainingPath { get; }

    /// <summary>Whether it is asked what a member holds.</summary>
    public bool IsMember { get; }

    /// <summary>Whether nothing is known about what the body is given.</summary>
    public bool IsPlain => Arguments.IsEmpty && !IsOnTrainingPath && Receiver.Equals(Value.Other);

    /// <summary>A body of which nothing is known what it is given.</summary>
    /// <param name="body">The method, or the field or property whose initializer is run.</param>
    public static CallKey Plain(ISymbol body) => new(body, Value.Other, [], isOnTrainingPath: false, isMember: false);

    /// <summary>What a field, property or event holds.</summary>
    public static CallKey Member(ISymbol member) => new(member, Value.Other, [], isOnTrainingPath: false, isMember: true);

    /// <summary>The same body in a forward pass or in training.</summary>
    public CallKey OnTrainingPath() => new(Symbol, Receiver, Arguments, isOnTrainingPath: true, IsMember);

    private static ImmutableArray<Value> Told(ImmutableArray<Value> arguments)
    {
        arguments = [.. arguments.Select(argument => argument.Told())];
        return arguments.All(argument => argument.Equals(Value.Other)) ? [] : arguments;
    }

    /// <inheritdoc/>
    public bool Equals(CallKey other) =>
        IsOnTrainingPath == other.IsOnTrainingPath && IsMember == other.IsMember && SymbolEqualityComparer.Default.Equals(Symbol, other.Symbol)
            && Receiver.Equals(other.Receiver) && Arguments.SequenceEqual(other.Arguments);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CallKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Arguments.Aggregate(
        (SymbolEqualityComparer.Default.GetHashCode(Symbol) * 31) + Receiver.GetHashCode() + (IsMember ? 1 : 0),
        static (hash, argument) => (hash * 31) + argument.GetHashCode());
}
