namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>A condition that means the same each time until a variable in it changes.</summary>
/// <param name="Subject">What it is about: a truth value, or what is compared.</param>
/// <param name="Equal">What the subject is equal to; null where it is a truth value.</param>
internal sealed record Condition(Term Subject, Term? Equal = null)
{
    /// <summary>Whether it depends on what a variable or member holds.</summary>
    public bool DependsOn(ObjectPath place) => Subject.DependsOn(place) || Equal?.DependsOn(place) == true;

    /// <summary>Whether it is that a variable or member equals something else.</summary>
    public bool Compares(ObjectPath place) =>
        Equal is not null && (Subject is PlaceTerm { Place: var left } && left.Equals(place) ? !Equal.DependsOn(place)
            : Equal is PlaceTerm { Place: var right } && right.Equals(place) && !Subject.DependsOn(place));

    /// <summary>Whether it cannot hold where another one does: the same is equal to another constant.</summary>
    public bool Excludes(Condition other) =>
        Equal is { IsConstant: true } && other.Equal is { IsConstant: true } && Subject == other.Subject && Equal != other.Equal;
}
