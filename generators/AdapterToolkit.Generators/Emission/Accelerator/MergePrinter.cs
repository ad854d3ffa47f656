using AdapterToolkit.Generators.Planning.Products;

namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>Prints the merge, one weight a thread, its sum over the rank unrolled. It suits groups of any size.</summary>
internal static class MergePrinter
{
    /// <summary>Threads of a group, where the device's groups are not smaller.</summary>
    public const int Threads = 128;

    public static void Print(SourceWriter writer, FactorProduct merge)
    {
        KernelClass.OpenKernel(
            writer,
            merge.Name,
            $"{merge.Formula}, one weight a thread.",
            $"View weight",
            $"View b",
            $"View a",
            "int inFeatures",
            "int outFeatures",
            "float signedScaling");
        writer.Line($"int index = Grid.IdxX * Group.DimX + Group.IdxX;");
        writer.Open("if (index >= outFeatures * inFeatures)");
        writer.Line("return;");
        writer.Close();
        writer.Line();
        writer.Line("int row = index / inFeatures;");
        writer.Line("int column = index % inFeatures;");
        writer.Line("float sum = 0f;");
        for (int component = 0; component < merge.Rank; component++)
        {
            string left = KernelClass.Plus($"row * {merge.Rank}", component);
            string right = component == 0 ? "column" : $"{component} * inFeatures + column";
            writer.Line($"sum += b[{left}] * a[{right}];");
        }

        writer.Line();
        writer.Line("weight[index] += signedScaling * sum;");
        writer.Close();
    }
}
