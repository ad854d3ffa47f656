namespace AdapterToolkit.Analyzers.Tests.Constructs;

/// <summary>
/// A construct of the language in a small body: statements that hand the value of <c>v</c> on to <c>r</c>, both of the type <c>V</c>, through the construct.
/// They may use <c>n</c>, a number, and <c>flag</c>, a truth value, of which nothing is known.
/// </summary>
/// <param name="Name">What it is called.</param>
/// <param name="Statements">The body.</param>
/// <param name="Declarations">The types that it uses.</param>
internal sealed record Construct(string Name, string Statements, string Declarations = "")
{
    /// <summary>Whether a value can go through it. One through which none goes stands beside <c>V r = v;</c>.</summary>
    public bool Carries { get; private init; } = true;

    /// <summary>A construct through which no value of a tensor's kind can go.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="statements">The body, without <c>r</c>.</param>
    /// <param name="declarations">The types that it uses.</param>
    public static Construct Beside(string name, string statements, string declarations = "") =>
        new(name, statements + " V r = v;", declarations) { Carries = false };

    /// <summary>All constructs.</summary>
    public static IReadOnlyList<Construct> All { get; } =
        [.. StatementConstructs.All, .. ExpressionConstructs.All, .. FunctionConstructs.All, .. PatternConstructs.All, .. MemberConstructs.All];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
