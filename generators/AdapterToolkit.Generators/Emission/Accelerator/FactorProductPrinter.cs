namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// Prints the product of activations with a low-rank factor, rows x rank: a group has four rows and up to eight components,
/// its threads share the features, and their parts are added in a fixed order.
/// </summary>
internal static class FactorProductPrinter
{
    /// <summary>Rows that a group computes.</summary>
    public const int Rows = 4;

    /// <summary>Threads of a group.</summary>
    public const int Threads = 64;

    private const int Stride = Threads + 1;

    public static void Print(SourceWriter writer, FactorNames names)
    {
        int components = names.Components;
        int results = Rows * components;
        KernelClass.OpenKernel(writer, names.Product.Name, $"{names.Product.Formula}, {Rows} rows and {components} components a group of {Threads} threads.", names.ProductParameters());
        writer.Line($"int thread = Group.IdxX;");
        writer.Line($"int firstRow = Grid.IdxX * {Rows};");
        FactorPieces.PrintFirstComponent(writer, names);
        for (int row = 0; row < Rows; row++)
            writer.Line($"var row{row} = {names.Activations}.SubView({KernelClass.Min(KernelClass.Plus("firstRow", row), "rows - 1")} * {names.Features});");
        for (int component = 0; component < components; component++)
            writer.Line($"var component{component} = {names.Factor}.SubView({FactorPieces.FirstOfComponent(names, component)});");

        for (int row = 0; row < Rows; row++)
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, components).Select(component => $"sum{row}{component} = 0f"))};");
        writer.Open($"for (int i = thread; i < {names.Features}; i += {Threads})");
        string index = names.ComponentsFirst ? "i" : $"i * {names.Rank}";
        writer.Line($"float {string.Join(", ", Enumerable.Range(0, Rows).Select(row => $"{names.Activations}{row} = row{row}[i]"))};");
        writer.Line($"float {string.Join(", ", Enumerable.Range(0, components).Select(component => $"{names.Factor}{component} = component{component}[{index}]"))};");
        for (int row = 0; row < Rows; row++)
            writer.Line(string.Join(" ", Enumerable.Range(0, components).Select(component => $"sum{row}{component} += {names.Activations}{row} * {names.Factor}{component};")));
        writer.Close();
        writer.Line();
        writer.Line("// One thread adds the parts of one result.");
        writer.Line($"var parts = SharedMemory.Allocate<float>({results * Stride});");
        for (int result = 0; result < results; result++)
            writer.Line($"parts[{KernelClass.Plus("thread", result * Stride)}] = sum{result / components}{result % components};");
        writer.Line(KernelClass.Barrier);
        writer.Line($"int resultRow = firstRow + thread / {components};");
        writer.Line($"int resultComponent = {FactorPieces.Component(names, $"thread % {components}")};");
        writer.Open($"if (thread < {results} && resultRow < rows{FactorPieces.IsComponent(names, "resultComponent")})");
        writer.Line("float result = 0f;");
        writer.Open($"for (int i = 0; i < {Threads}; i++)");
        writer.Line($"result += parts[thread * {Stride} + i];");
        writer.Close();
        writer.Line();
        writer.Line($"{names.Reduced}[resultRow * {names.Rank} + resultComponent] = {(names.Scales ? "scaling * " : string.Empty)}result;");
        writer.Close();
        writer.Close();
    }

    /// <summary>Prints the plain variant, one result a thread.</summary>
    public static void PrintNarrow(SourceWriter writer, FactorNames names)
    {
        KernelClass.OpenKernel(writer, names.Product.Name, $"{names.Product.Formula}, one result a thread.", names.ProductParameters());
        writer.Line($"int index = Grid.IdxX * {NarrowProductPrinter.Threads} + Group.IdxX;");
        writer.Open($"if (index >= rows * {names.Rank})");
        writer.Line("return;");
        writer.Close();
        writer.Line();
        writer.Line($"int row = index / {names.Rank};");
        writer.Line($"int component = index % {names.Rank};");
        writer.Line("float result = 0f;");
        writer.Open($"for (int i = 0; i < {names.Features}; i++)");
        writer.Line($"result += {names.Activations}[row * {names.Features} + i] * {names.Factor}[{names.Index("component", "i")}];");
        writer.Close();
        writer.Line();
        writer.Line($"{names.Reduced}[index] = {(names.Scales ? "scaling * " : string.Empty)}result;");
        writer.Close();
    }
}
