namespace AdapterToolkit.Benchmarks;

/// <summary>
/// The products of a frozen layer beside MKL's, each side in a process of its own, alternating. The best round of each side
/// counts.
/// </summary>
internal static class ProductComparison
{
    /// <summary>The verb that starts our side in a process of its own.</summary>
    public const string SideVerb = "product";

    private const double Asked = 0.85;

    /// <summary>A feed-forward product of SmolLM2-135M, a square one, and a feed-forward product of the sample's base model.</summary>
    private static readonly ProductShape[] s_shapes = [new(512, 576, 1536), new(1024, 1024, 1024), new(1024, 192, 512)];

    public static void Run(IReadOnlyList<string> peer, int rounds)
    {
        string[] shapes = [.. s_shapes.SelectMany(shape => shape.Arguments)];
        List<ProductMeasurement> ours = [], theirs = [];
        for (int round = 0; round < rounds; round++)
        {
            Console.Error.WriteLine($"round {round + 1} of {rounds} ...");
            ours.AddRange(ProductMeasurement.Parse(SideProcess.RunOurs([SideVerb, .. shapes])));
            theirs.AddRange(ProductMeasurement.Parse(SideProcess.Run([.. peer, .. shapes])));
        }

        ReportTable table = new("rows x in x out", "product", "AdapterToolkit GFLOPS, best (median)", "MKL GFLOPS, best (median)", "ratio", "asked", "");
        foreach (ProductShape shape in s_shapes)
        {
            foreach (string product in (ReadOnlySpan<string>)[ProductMeasurement.Forward, ProductMeasurement.InputGradient])
            {
                ProductMeasurement our = Best(ours, shape, product), their = Best(theirs, shape, product);
                table.Add([shape.ToString(), product, Text(our), Text(their), .. ReportTable.AtLeast(our.Best / their.Best, Asked)]);
            }
        }

        table.Print();
    }

    private static ProductMeasurement Best(List<ProductMeasurement> measurements, ProductShape shape, string product)
    {
        ProductMeasurement[] matching = [.. measurements.Where(measurement => measurement.Shape == shape && measurement.Product == product)];
        return matching.Length == 0
            ? throw new InvalidDataException($"A side printed no line for {shape}, {product}.")
            : matching.MaxBy(measurement => measurement.Best)! with { Median = matching.Max(measurement => measurement.Median) };
    }

    private static string Text(ProductMeasurement measurement) =>
        $"{ReportTable.Number(measurement.Best, "F1")} ({ReportTable.Number(measurement.Median, "F1")})";
}
