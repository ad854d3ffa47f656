namespace AdapterToolkit.Generators.Model;

/// <summary>A class marked <c>[AdapterModel]</c>.</summary>
/// <param name="Type">The class.</param>
/// <param name="DerivesFromModule">Whether the user wrote a base class that is a module; otherwise the generator writes one.</param>
/// <param name="IncludesBaseChildren">Whether the base class may have modules of its own.</param>
/// <param name="IsSealed">Whether no class derives from it.</param>
/// <param name="Children">The modules it is made of.</param>
/// <param name="Parameters">The parameters of <c>Forward</c>.</param>
/// <param name="Overrides">Which of the emitted methods the base class declares.</param>
/// <param name="ForwardAccessibility">The accessibility of <c>Forward</c>; empty where there is none for which companions could be declared.</param>
/// <param name="TakenNames">Names that emitted ones must differ from.</param>
/// <param name="Graph">The body of <c>Forward</c>; null until it is lifted, and where it can't be differentiated.</param>
internal sealed record ModelSpec(
    TypeSpec Type,
    bool DerivesFromModule,
    bool IncludesBaseChildren,
    bool IsSealed,
    EquatableArray<ChildSpec> Children,
    EquatableArray<ParameterSpec> Parameters,
    EquatableArray<string> Overrides,
    string ForwardAccessibility,
    EquatableArray<string> TakenNames,
    Graph? Graph);

/// <summary>A module, or a list of modules, that a class is made of.</summary>
/// <param name="Member">The property or field.</param>
/// <param name="Name">Its part of the checkpoint's names.</param>
/// <param name="IsList">Whether it is a list.</param>
/// <param name="MayBeNull">Whether it may be null.</param>
/// <param name="ElementMayBeNull">Whether an element of the list may be null.</param>
/// <param name="IsTrainable">Whether it is marked <c>[Trainable]</c>.</param>
internal sealed record ChildSpec(string Member, string Name, bool IsList, bool MayBeNull, bool ElementMayBeNull, bool IsTrainable);

/// <summary>A parameter of <c>Forward</c>.</summary>
/// <param name="Name">Its name, escaped where it is a keyword.</param>
/// <param name="Type">Its type.</param>
/// <param name="Value">The tensor's value in the graph; -1 where it is no tensor.</param>
internal sealed record ParameterSpec(string Name, string Type, int Value)
{
    /// <summary>Whether it is a tensor.</summary>
    public bool IsTensor => Value >= 0;
}
