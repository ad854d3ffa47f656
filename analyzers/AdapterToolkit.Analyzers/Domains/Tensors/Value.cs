using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>An abstract value: what is known about the result of an expression.</summary>
internal sealed class Value : IEquatable<Value>
{
    /// <summary>Nothing is known.</summary>
    public static readonly Value Other = new(ValueKind.Other);

    /// <summary>How many functions are run at most where one of several is called.</summary>
    private const int MostFunctions = 4;

    /// <summary>How many levels of objects in objects are told apart, so that a list or tree that grows is one value in the end.</summary>
    private const int MostLevels = 3;

    private readonly ImmutableDictionary<string, Value> _members = ImmutableDictionary<string, Value>.Empty;
    private readonly int _levels;
    private int _hash;

    private Value(ValueKind kind) => Kind = kind;

    private Value(Value other)
    {
        Kind = other.Kind;
        Rows = other.Rows;
        Columns = other.Columns;
        Start = other.Start;
        Pair = other.Pair;
        IsReducedBy = other.IsReducedBy;
        HasAdapter = other.HasAdapter;
        IsStorage = other.IsStorage;
        Origins = other.Origins;
        Weights = other.Weights;
        _members = other._members;
        _levels = other._levels;
        Functions = other.Functions;
        IsEitherFactor = other.IsEitherFactor;
        Class = other.Class;
    }

    /// <summary>What it is.</summary>
    public ValueKind Kind { get; private init; }

    /// <summary>The first dimension of a matrix; null where it is not known.</summary>
    public Dimension? Rows { get; private init; }

    /// <summary>The second dimension of a matrix; null where it is not known.</summary>
    public Dimension? Columns { get; private init; }

    /// <summary>At which numbers something that trains starts.</summary>
    public Start Start { get; private init; }

    /// <summary>The pair of members that a factor belongs to; null for the toolkit's own factors.</summary>
    public LowRankPair? Pair { get; private init; }

    /// <summary>Which factor made Ax of an activation.</summary>
    public ValueKind IsReducedBy { get; private init; }

    /// <summary>Whether a weight belongs to a layer that has an adapter.</summary>
    public bool HasAdapter { get; private init; }

    /// <summary>Whether it is the memory of a weight or factor itself, and no copy.</summary>
    public bool IsStorage { get; private init; }

    /// <summary>The expressions that it comes from: where W was taken, where BA was formed, where Wx was.</summary>
    public ImmutableHashSet<SyntaxNode> Origins { get; private init; } = [];

    /// <summary>Where frozen weights were put into a collection, among other things.</summary>
    public ImmutableHashSet<SyntaxNode> Weights { get => Kind == ValueKind.Weight ? Origins : field; private init; } = [];

    /// <summary>The values of an object's members by their names, and of a tuple's elements by their places.</summary>
    public ImmutableDictionary<string, Value> Members
    {
        get => _members;
        private init
        {
            _members = Within(value, MostLevels);
            _levels = LevelsOf(_members);
        }
    }

    /// <summary>What is run where it is called, in the order in which it was made; none where that is not known.</summary>
    public ImmutableArray<FunctionValue> Functions { get; private init; } = [];

    /// <summary>Whether it can be either factor of its pair, as an element of a collection that holds both.</summary>
    public bool IsEitherFactor { get; private init; }

    /// <summary>The class or struct of an object that the program makes; null where it is not known.</summary>
    public INamedTypeSymbol? Class { get; private init; }

    /// <summary>Whether it is a function, or one of its members is.</summary>
    public bool HoldsFunction => Functions.Length > 0 || Members.Values.Any(member => member.HoldsFunction);

    /// <summary>The expression that it comes from: of several, the first one in the program's text.</summary>
    public SyntaxNode? Origin =>
        Origins.OrderBy(origin => origin.SyntaxTree.FilePath, StringComparer.Ordinal).ThenBy(origin => origin.SpanStart).FirstOrDefault();

    /// <summary>Whether nothing is known about it.</summary>
    public bool IsUnknown => Kind == ValueKind.Other && Members.IsEmpty && Functions.IsEmpty;

    /// <summary>Whether it is A or B.</summary>
    public bool IsFactor => Kind is ValueKind.FactorA or ValueKind.FactorB;

    /// <summary>Whether it is numbers that all start alike, until something else is written to them.</summary>
    public bool IsFilled => Kind is ValueKind.Zeros or ValueKind.Noise;

    /// <summary>Whether it is BA, by itself or within W + s·BA.</summary>
    public bool ContainsProduct => Kind is ValueKind.Product or ValueKind.Merged;

    /// <summary>Whether it can be an activation: nothing says that it is something else.</summary>
    public bool MayBeActivation =>
        Kind is ValueKind.Other or ValueKind.Noise or ValueKind.Zeros or ValueKind.Reduced or ValueKind.AdapterTerm or ValueKind.BaseTerm;

    /// <summary>A value of a kind.</summary>
    public static Value Of(ValueKind kind) => kind == ValueKind.Other ? Other : new Value(kind);

    /// <summary>A value of a kind that comes from an expression.</summary>
    public static Value Of(ValueKind kind, SyntaxNode origin) => new(kind) { Origins = [origin] };

    /// <summary>A factor of the toolkit, or of a pair of members.</summary>
    public static Value Factor(bool isA, LowRankPair? pair) => new(isA ? ValueKind.FactorA : ValueKind.FactorB) { Pair = pair, IsStorage = true };

    /// <summary>A weight.</summary>
    /// <param name="hasAdapter">Whether its layer has an adapter.</param>
    /// <param name="origin">The expression that names it.</param>
    public static Value Weight(bool hasAdapter, SyntaxNode origin) => new(ValueKind.Weight) { HasAdapter = hasAdapter, IsStorage = true, Origins = [origin] };

    /// <summary>An object, or a tuple, of which some members are known.</summary>
    public static Value Object(ImmutableDictionary<string, Value> members) =>
        members.IsEmpty ? Other : new Value(ValueKind.Other) { Members = members, Weights = [.. members.Values.SelectMany(member => member.Weights)] };

    /// <summary>The same object of a class.</summary>
    public Value Of(INamedTypeSymbol type) => Members.IsEmpty ? this : new(this) { Class = type };

    /// <summary>The same object, of whose members nothing is known about what they hold in turn.</summary>
    public Value Flat() => _levels < 2 ? this : new(this) { Members = Within(Members, 1) };

    /// <summary>An activation behind a factor.</summary>
    public static Value Reduced(Value factor) =>
        new(ValueKind.Reduced) { Pair = factor.Pair, IsReducedBy = factor.Kind, IsEitherFactor = factor.IsEitherFactor };

    /// <summary>The same, of a pair of factors.</summary>
    public Value Paired(LowRankPair? pair) => new(this) { Pair = pair };

    /// <summary>The same numbers elsewhere.</summary>
    public Value AsCopy() => IsStorage ? new Value(this) { IsStorage = false } : this;

    /// <summary>The same as another kind.</summary>
    public Value As(ValueKind kind) => new(this) { Kind = kind, IsStorage = false };

    /// <summary>The same, coming from other expressions.</summary>
    public Value From(SyntaxNode origin) => new(this) { Origins = [origin] };

    /// <summary>The same as a function that can be called.</summary>
    public Value Callable(FunctionValue function) => new(this) { Functions = [function] };

    /// <summary>The same object, one of its members given a value.</summary>
    public Value WithMember(string key, Value value) =>
        value.IsUnknown && !Members.ContainsKey(key) ? this : new(this) { Members = Members.SetItem(key, value) };

    /// <summary>Whether some elements of a collection are known by their indexes or keys, or it is known that they differ.</summary>
    public bool KnowsElements => Members.Keys.Any(IsElement);

    /// <summary>The element of a collection at an index or key.</summary>
    public Value At(object key) => Members.TryGetValue(Element(key), out Value? element) ? element : AtUnknown();

    /// <summary>An element of which it is not known which it is: nothing is known of it where elements differ in what a rule asks for.</summary>
    public Value AtUnknown() => (ContainsProduct || !Weights.IsEmpty) && Members.Any(member => IsElement(member.Key) && member.Value.Kind != Kind)
        ? Other
        : WithoutElements();

    /// <summary>The same collection, an element of which is known by its index or key.</summary>
    public Value WithElement(object key, Value element) => new(this) { Members = Members.SetItem(Element(key), element) };

    /// <summary>The same collection, no element of which is known by its index from the end.</summary>
    public Value WithoutLast() => new(this) { Members = Members.RemoveRange(Members.Keys.Where(key => key.StartsWith("[^", StringComparison.Ordinal))) };

    /// <summary>The same collection, of which no element is known by its index or key, but that they differ.</summary>
    public Value Mixed() => WithoutElements().WithElement("", Other);

    /// <summary>What all elements of a collection are.</summary>
    public Value WithoutElements() => KnowsElements ? new(this) { Members = Members.RemoveRange(Members.Keys.Where(IsElement)) } : this;

    private static string Element(object key) => $"[{key}]";

    private static bool IsElement(string key) => key[0] == '[';

    /// <summary>The same object with other values of some members.</summary>
    public Value WithMembers(ImmutableDictionary<string, Value> members) => members.IsEmpty ? this : new(this) { Members = Members.SetItems(members) };

    /// <summary>Whether something is known about it, or about one of its members, that a body that is given it can use.</summary>
    public bool Tells => Kind != ValueKind.Other || Functions.Length > 0 || Weights.Count > 0 || Members.Values.Any(member => member.Tells);

    /// <summary>The same without the members of which nothing is known.</summary>
    public Value Told()
    {
        if (Members.IsEmpty)
            return this;
        ImmutableDictionary<string, Value> told = Members;
        foreach (KeyValuePair<string, Value> member in Members)
            told = member.Value.Tells || IsElement(member.Key) ? told.SetItem(member.Key, member.Value.Told()) : told.Remove(member.Key);
        return told.IsEmpty && Kind == ValueKind.Other && Functions.IsEmpty && Weights.IsEmpty ? Other : new Value(this) { Members = told };
    }

    /// <summary>
    /// The same where a function captures it: what functions in it captured themselves is not known, so that a function that captures itself is one value.
    /// </summary>
    public Value Captured() => !HoldsFunction ? this : new(this)
    {
        Functions = [.. Functions.Select(function => function.Alone())],
        Members = Members.ToImmutableDictionary(member => member.Key, member => member.Value.Captured()),
    };

    /// <summary>Where the functions were made that it is, or that its members are.</summary>
    public IEnumerable<SyntaxNode> Places() =>
        !HoldsFunction ? [] : Functions.Select(function => function.Place).Concat(Members.Values.SelectMany(member => member.Places()));

    /// <summary>The same with a shape.</summary>
    public Value Shaped(Dimension? rows, Dimension? columns) => new(this) { Rows = rows, Columns = columns };

    /// <summary>The same, starting at some numbers.</summary>
    public Value Started(Start start) => new(this) { Start = start };

    /// <summary>Its transpose.</summary>
    public Value Transposed() => Rows is null && Columns is null ? AsCopy() : AsCopy().Shaped(Columns, Rows);

    /// <summary>A collection of which only some elements are left.</summary>
    public Value Chosen() => Weights.IsEmpty || Kind == ValueKind.Weight ? this : new Value(this) { Weights = [] };

    /// <summary>Frozen weights among other parameters.</summary>
    public static Value Holding(SyntaxNode weights) => new(ValueKind.Other) { Weights = [weights] };

    /// <summary>The join of two: what is known where control flow joins. Numbers are zero, or not, only where both paths say so.</summary>
    public static Value Join(Value left, Value right) =>
        left.IsFilled != right.IsFilled && (left.IsFilled ? right : left).Kind == ValueKind.Other ? Other : Combine(left, right);

    /// <summary>What is known of two values that come together in a collection or member.</summary>
    public static Value Combine(Value left, Value right)
    {
        if (ReferenceEquals(left, right) || left.Equals(right))
            return left;
        Value winner = left.Kind >= right.Kind ? left : right, loser = ReferenceEquals(winner, left) ? right : left;
        bool sameKind = left.Kind == right.Kind;
        ImmutableDictionary<string, Value> members = winner.Members;
        foreach (KeyValuePair<string, Value> member in loser.Members)
            members = members.SetItem(member.Key, members.TryGetValue(member.Key, out Value? known) ? Combine(known, member.Value) : member.Value);
        return new Value(winner.Kind)
        {
            Rows = sameKind && !Equals(left.Rows, right.Rows) ? null : winner.Rows,
            Columns = sameKind && !Equals(left.Columns, right.Columns) ? null : winner.Columns,
            Start = sameKind && left.Start != right.Start ? Start.Unknown : winner.Start,
            Pair = sameKind && !Equals(left.Pair, right.Pair) ? null : winner.Pair,
            IsReducedBy = sameKind && left.IsReducedBy > right.IsReducedBy ? left.IsReducedBy : winner.IsReducedBy,
            HasAdapter = left.HasAdapter || right.HasAdapter,
            IsStorage = sameKind ? left.IsStorage || right.IsStorage : winner.IsStorage,
            Origins = sameKind ? left.Origins.Union(right.Origins) : winner.Origins,
            Weights = left.Weights.Union(right.Weights),
            Members = members,
            Functions = Combine(left.Functions, right.Functions),
            Class = loser.IsUnknown || SymbolEqualityComparer.Default.Equals(left.Class, right.Class) ? winner.Class : null,
            IsEitherFactor = left.IsEitherFactor || right.IsEitherFactor
                || (left.IsFactor && right.IsFactor && !sameKind && Equals(left.Pair, right.Pair)),
        };
    }

    /// <summary>The members of an object, of which only so many levels of objects in objects are known.</summary>
    private static ImmutableDictionary<string, Value> Within(ImmutableDictionary<string, Value> members, int levels)
    {
        if (levels == 0)
            return ImmutableDictionary<string, Value>.Empty;
        foreach (KeyValuePair<string, Value> member in members)
        {
            if (member.Value._levels >= levels)
                members = members.SetItem(member.Key, new Value(member.Value) { Members = Within(member.Value.Members, levels - 1) });
        }

        return members;
    }

    private static int LevelsOf(ImmutableDictionary<string, Value> members)
    {
        int levels = 0;
        foreach (KeyValuePair<string, Value> member in members)
            levels = Math.Max(levels, member.Value._levels + 1);
        return levels;
    }

    private static ImmutableArray<FunctionValue> Combine(ImmutableArray<FunctionValue> left, ImmutableArray<FunctionValue> right) =>
        left.IsEmpty ? right : right.IsEmpty || left.SequenceEqual(right) ? left
            : [.. left.Union(right).OrderBy(function => function.Place.SyntaxTree.FilePath, StringComparer.Ordinal)
                .ThenBy(function => function.Place.SpanStart).Take(MostFunctions)];

    /// <inheritdoc/>
    public bool Equals(Value? other) =>
        other is not null && (ReferenceEquals(this, other)
            || (GetHashCode() == other.GetHashCode()
            && Kind == other.Kind && HasAdapter == other.HasAdapter && IsReducedBy == other.IsReducedBy && IsStorage == other.IsStorage
            && SymbolEqualityComparer.Default.Equals(Class, other.Class)
            && Start == other.Start && IsEitherFactor == other.IsEitherFactor && Equals(Rows, other.Rows) && Equals(Columns, other.Columns)
            && Equals(Pair, other.Pair) && Functions.SequenceEqual(other.Functions)
            && Origins.SetEquals(other.Origins) && Weights.SetEquals(other.Weights)
            && HasEqualMembers(other.Members)));

    private bool HasEqualMembers(ImmutableDictionary<string, Value> other) => ReferenceEquals(Members, other)
        || (Members.Count == other.Count && Members.All(member => other.TryGetValue(member.Key, out Value? value) && member.Value.Equals(value)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Value);

    /// <summary>Computed once: values are compared far more often than they are made.</summary>
    public override int GetHashCode()
    {
        if (_hash == 0)
        {
            int hash = (((((((int)Kind * 31) + (int)Start) * 31) + Origins.Count) * 31) + Weights.Count) * 31;
            foreach (FunctionValue function in Functions)
                hash += function.GetHashCode();
            foreach (KeyValuePair<string, Value> member in Members)
                hash += (member.Key.GetHashCode() * 31) ^ (member.Value.GetHashCode() * 17);
            _hash = hash == 0 ? 1 : hash;
        }

        return _hash;
    }
}
