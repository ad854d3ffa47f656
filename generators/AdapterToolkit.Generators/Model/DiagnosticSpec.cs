namespace AdapterToolkit.Generators.Model;

/// <summary>Something wrong with an annotated class, as value data: the analyzers report it, the generator does not.</summary>
/// <param name="Id">The rule: <c>ADT0201</c>.</param>
/// <param name="Location">Where it is.</param>
/// <param name="Arguments">What the rule's message format takes.</param>
internal sealed record DiagnosticSpec(string Id, LocationSpec Location, EquatableArray<string> Arguments)
{
    /// <summary>Whether nothing can be emitted for the class.</summary>
    public bool StopsEmission => Id is "ADT0001" or "ADT0002" or "ADT0004";

    /// <summary>Whether nothing can be emitted that differentiates the class's <c>Forward</c>.</summary>
    public bool StopsDifferentiation => Id is "ADT0201";
}
