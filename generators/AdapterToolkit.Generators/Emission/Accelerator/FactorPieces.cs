namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints how groups share the components of a rank above eight: the group's row says which eight it has.</summary>
internal static class FactorPieces
{
    public static void PrintFirstComponent(SourceWriter writer, FactorNames names)
    {
        if (names.Pieces > 1)
            writer.Line($"int firstComponent = Grid.IdxY * {names.Components};");
    }

    /// <summary>The rank's component that is the given one of the group's.</summary>
    public static string Component(FactorNames names, string component) => names.Pieces > 1 ? $"firstComponent + {component}" : component;

    /// <summary>The rank's component that is the given one of the group's; the rank's last where there is none, whose result is not written.</summary>
    public static string HeldComponent(FactorNames names, int component)
    {
        if (names.Pieces == 1)
            return $"{component}";
        string index = KernelClass.Plus("firstComponent", component);
        if (names.HasPartialPiece)
            return KernelClass.Min(index, $"{names.Rank - 1}");
        return component == 0 || !names.ComponentsFirst ? index : $"({index})";
    }

    /// <summary>Where the factor's numbers of one of the group's components begin.</summary>
    public static string FirstOfComponent(FactorNames names, int component)
    {
        string held = HeldComponent(names, component);
        if (!names.ComponentsFirst || held == "0")
            return held;
        return held == "1" ? names.Features : $"{held} * {names.Features}";
    }

    /// <summary>The condition that a component is one of the rank's, to be joined to others.</summary>
    public static string IsComponent(FactorNames names, string component) => names.HasPartialPiece ? $" && {component} < {names.Rank}" : string.Empty;
}
