namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints the gradient of a low-rank factor, a sum over rows: a group has 32 features and up to eight components, its threads
/// share the rows, and their shares are added in a fixed order, so that the result is the same bits every time.
/// </summary>
internal static class FactorGradientPrinter
{
    /// <summary>Features that a group has.</summary>
    public const int Features = 32;

    /// <summary>Threads of a group.</summary>
    public const int Threads = Features * Shares;

    private const int Shares = 8;

    public static void Print(SourceWriter writer, FactorNames names)
    {
        int components = names.Components;
        KernelClass.OpenKernel(writer, names.Gradient.Name, $"{names.Gradient.Formula}, {Features} features and {components} components a group of {Threads} threads.", names.GradientParameters());
        writer.Line($"int thread = Group.IdxX;");
        writer.Line($"int lane = thread % {Features};");
        writer.Line($"int share = thread / {Features};");
        writer.Line($"int feature = Grid.IdxX * {Features} + lane;");
        writer.Line($"int heldFeature = {KernelClass.Min("feature", $"{names.Features} - 1")};");
        FactorPieces.PrintFirstComponent(writer, names);
        writer.Line($"float {string.Join(", ", Enumerable.Range(0, components).Select(component => $"sum{component} = 0f"))};");
        writer.Open($"for (int row = share; row < rows; row += {Shares})");
        writer.Line($"float {names.Activations}0 = {names.Activations}[row * {names.Features} + heldFeature];");
        for (int component = 0; component < components; component++)
            writer.Line($"sum{component} += {names.Activations}0 * {names.OtherReduced}[row * {names.Rank} + {FactorPieces.HeldComponent(names, component)}];");
        writer.Close();
        writer.Line();
        writer.Line("// One thread adds the shares of one result.");
        writer.Line($"var shares = SharedMemory.Allocate<float>({Shares * components * Features});");
        for (int component = 0; component < components; component++)
            writer.Line($"shares[{KernelClass.Plus($"share * {components * Features} + lane", component * Features)}] = sum{component};");
        writer.Line(KernelClass.Barrier);
        writer.Line($"int component = {FactorPieces.Component(names, "share")};");
        string inside = names.Components < Shares ? $"share < {components} && " : string.Empty;
        writer.Open($"if ({inside}feature < {names.Features}{FactorPieces.IsComponent(names, "component")})");
        writer.Line("float result = 0f;");
        writer.Open($"for (int i = 0; i < {Shares}; i++)");
        writer.Line($"result += shares[i * {components * Features} + thread];");
        writer.Close();
        writer.Line();
        writer.Line($"gradient[{names.Index("component", "feature")}] += {(names.Scales ? "scaling * " : string.Empty)}result;");
        writer.Close();
        writer.Close();
    }

    /// <summary>Prints the plain variant, one result a thread.</summary>
    public static void PrintNarrow(SourceWriter writer, FactorNames names)
    {
        KernelClass.OpenKernel(writer, names.Gradient.Name, $"{names.Gradient.Formula}, one result a thread.", names.GradientParameters());
        writer.Line($"int index = Grid.IdxX * {NarrowProductPrinter.Threads} + Group.IdxX;");
        writer.Open($"if (index >= {names.Rank} * {names.Features})");
        writer.Line("return;");
        writer.Close();
        writer.Line();
        writer.Line($"int component = index / {names.Features};");
        writer.Line($"int feature = index % {names.Features};");
        writer.Line("float result = 0f;");
        writer.Open("for (int row = 0; row < rows; row++)");
        writer.Line($"result += {names.OtherReduced}[row * {names.Rank} + component] * {names.Activations}[row * {names.Features} + feature];");
        writer.Close();
        writer.Line();
        writer.Line($"gradient[{names.Index("component", "feature")}] += {(names.Scales ? "scaling * " : string.Empty)}result;");
        writer.Close();
    }
}
