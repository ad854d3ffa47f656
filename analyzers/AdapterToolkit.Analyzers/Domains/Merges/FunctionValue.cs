using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>What a delegate calls: one of several lists of functions, each list from its first to its last.</summary>
/// <param name="choices">The lists.</param>
internal sealed class FunctionValue(params ImmutableArray<ImmutableArray<FunctionTarget>> choices) : IEquatable<FunctionValue>
{
    /// <summary>How many lists are told apart, and how long one is at most.</summary>
    private const int Most = 4;

    /// <summary>The delegate that calls nothing.</summary>
    public static FunctionValue None { get; } = new([[]]);

    /// <summary>The lists.</summary>
    public ImmutableArray<ImmutableArray<FunctionTarget>> Choices => choices;

    /// <summary>The delegate that calls one function.</summary>
    public static FunctionValue Of(FunctionTarget function) => new([[function]]);

    /// <summary>The join of two: one or the other; null where there are too many.</summary>
    public static FunctionValue? Join(FunctionValue left, FunctionValue right)
    {
        ImmutableArray<ImmutableArray<FunctionTarget>> joined =
            [.. left.Choices, .. right.Choices.Where(list => !left.Choices.Any(known => known.SequenceEqual(list)))];
        return joined.Length > Most ? null : new FunctionValue(joined);
    }

    /// <summary>The delegate that calls what this one and then what another one calls; null where there are too many.</summary>
    public FunctionValue? With(FunctionValue other)
    {
        ImmutableArray<ImmutableArray<FunctionTarget>> added =
            [.. choices.SelectMany(first => other.Choices.Select(second => (ImmutableArray<FunctionTarget>)[.. first, .. second]))];
        return added.Length > Most || added.Any(list => list.Length > Most || HoldsVariablesOfTwoTurns(list)) ? null : new FunctionValue(added);
    }

    /// <summary>Whether an anonymous function is in a list twice: each may hold other variables, as those of each turn of a loop.</summary>
    private static bool HoldsVariablesOfTwoTurns(ImmutableArray<FunctionTarget> list) =>
        list.Where(function => function.Method.MethodKind == MethodKind.AnonymousFunction).GroupBy(function => function).Any(same => same.Count() > 1);

    /// <summary>The delegate that calls what this one calls, but for the last that another one calls; null where that is not known.</summary>
    public FunctionValue? Without(FunctionValue other) => other.Choices is [[var removed]]
        ? new FunctionValue([.. choices.Select(list => list.LastIndexOf(removed) is var at and >= 0 ? list.RemoveAt(at) : list)])
        : null;

    /// <inheritdoc/>
    public bool Equals(FunctionValue? other) =>
        other is not null && choices.Length == other.Choices.Length && choices.All(list => other.Choices.Any(known => known.SequenceEqual(list)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FunctionValue);

    /// <inheritdoc/>
    public override int GetHashCode() => choices.Length;
}
