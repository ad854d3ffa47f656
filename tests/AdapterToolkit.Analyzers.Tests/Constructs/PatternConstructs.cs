namespace AdapterToolkit.Analyzers.Tests.Constructs;

/// <summary>Patterns.</summary>
internal static class PatternConstructs
{
    private const string Box = "record Box(V Value, int Number) { public Box? Next { get; init; } }";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Construct> All { get; } =
    [
        new("a declaration pattern", "object some = v; V r = some is V found ? found : null!;"),
        new("a declaration pattern turned around", "object some = v; if (some is not V found) throw new InvalidOperationException(); V r = found;"),
        new("a var pattern", "V r = v is var found ? found : null!;"),
        new("a type pattern", "object some = v; V r = some switch { string => null!, V => v, _ => null! };"),
        new("a declaration in a switch expression", "object some = v; V r = some switch { string => null!, V found => found, _ => null! };"),
        new("a property pattern", "V r = new Box(v, n) is { Value: { } found } ? found : null!;", Box),
        new("a property pattern with a name", "V r = new Box(v, n) is { Number: >= 0 } found ? found.Value : null!;", Box),
        new("a longer property pattern", "V r = new Box(null!, n) { Next = new Box(v, n) } is { Next.Value: var found } ? found : null!;", Box),
        new("a positional pattern", "V r = new Box(v, n) is (var found, _) ? found : null!;", Box),
        new("a positional pattern of a tuple", "V r = (v, n) is (V found, > 2) ? found : null!;"),
        new("a deconstructing var pattern", "V r = (v, n) is var (found, _) ? found : null!;"),
        new("a list pattern", "V[] many = [v, v]; V r = many is [var found, ..] ? found : null!;"),
        new("a list pattern with a slice", "V[] many = [v, v]; V r = many is [_, .. var rest] ? rest[0] : null!;"),
        new("a list pattern from the end", "List<V> many = [v, v]; V r = many switch { [] => null!, [.., V found] => found, _ => null! };"),
        new("a null check", "V r = v is { } ? v : null!;"),
        new("a pattern in a loop", "V r = null!; object? some = v; while (some is V found) { r = found; some = null; }"),
        new("a pattern in a condition", "object some = v; V r = null!; if (some is V found && n > 3) r = found;"),
        new("a pattern in catch", """
            V r = null!; object some = v; try { n++; } catch (Exception e) when (some is V found && e is ArgumentException { ParamName: {
            Length: > 3 } }) { r = found; } r ??= v;
            """),
        Construct.Beside("constants and relations",
            "flag = n is 1 or 2 or not (3 or >= 7) and < 20 && n is (> 0) && flag is true && \"a\" is \"a\" && 'c' is >= 'a' and <= 'z' && 1.5 is double.NaN;"),
        Construct.Beside("a constant pattern on a span", "ReadOnlySpan<char> text = \"abc\"; flag = text is \"abc\" && text is ['a', .., 'c'];"),
        Construct.Beside("null patterns", "string? text = null; flag = text is null || text is not null && text is { Length: 3 };"),
        Construct.Beside("enum and type patterns", "object some = DayOfWeek.Friday; flag = some is DayOfWeek.Friday or int or string and not null;"),
    ];
}
