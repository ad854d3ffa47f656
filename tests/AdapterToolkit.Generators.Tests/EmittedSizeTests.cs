using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>A user compiles what is emitted at every build, so its size has bounds.</summary>
public sealed class EmittedSizeTests
{
    [Fact]
    public void Print()
    {
        foreach (string part in (string[])["Cpu", "Accelerator", "Model"])
        {
            EmittedSize one = Size(part, 8), two = Size(part, 8, 16), three = Size(part, 8, 16, 32);
            TestContext.Current.TestOutputHelper!.WriteLine($"{part}: {one}; {two - one}; {three - two}");
        }
    }

    private static EmittedSize Size(string part, params int[] ranks)
    {
        ImmutableSortedDictionary<string, string> files = GeneratorRun.Emit(ranks.Select(rank => $$"""
            namespace Example;

            /// <summary>A layer.</summary>
            [AdapterToolkit.LowRank({{rank}}), AdapterToolkit.Quantized(4)]
            public partial class Layer{{rank}}(int features) : AdapterToolkit.Modules.Linear(features, features);
            """));
        return EmittedSize.Of(files.Where(file => PartOf(file.Key) == part).Select(file => file.Value));
    }

    private static string PartOf(string file) => Regex.IsMatch(file, @"[.-]Cpu\.") ? "Cpu" : Regex.IsMatch(file, @"[.-]Accelerator\.") ? "Accelerator" : "Model";
}
