using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace AdapterToolkit.Package.Tests;

/// <summary>The code of README.md compiles against the package as it is printed, runs, and makes the compiler generate what is shown of it.</summary>
public sealed partial class ReadmeTests(PackedToolkit toolkit)
{
    [Fact]
    public void Its_code_runs_as_printed_and_generates_what_it_shows()
    {
        ReadmeCode code = ReadmeCode.Read();
        Assert.Equal(["Model.cs", "Program.cs"], code.Files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(3, code.Generated.Count);
        string folder = toolkit.NewProject("Readme", "AdapterToolkit.Models", [.. code.Files.Select(file => (file.Key, file.Value))]);
        BaseModel.CopyTo(folder);

        CommandResult result = DotNet.Run(folder, "run", "-c", "Release", "-p:EmitCompilerGeneratedFiles=true").Succeeded();

        Assert.DoesNotContain("warning", result.Output, StringComparison.Ordinal);
        double[] losses = [.. Step().Matches(result.Output).Select(step => double.Parse(step.Groups["loss"].Value, CultureInfo.InvariantCulture))];
        Assert.Equal(20, losses.Length);
        Assert.True(losses[^5..].Average() < losses[..5].Average(), result.Output);
        Assert.True(File.Exists(Path.Combine(folder, "adapter", "adapter_model.safetensors")));
        Assert.True(File.Exists(Path.Combine(folder, "merged", "model.safetensors")));

        string generated = string.Join('\n', Directory.GetFiles(Path.Combine(folder, "obj"), "*.g.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        foreach (string block in code.Generated)
            Assert.True(ReadmeCode.IsIn(generated, block), $"The compiler does not generate this, which README.md shows:\n{block}");
    }

    [Fact]
    public void A_block_that_is_not_generated_is_found()
    {
        Assert.True(ReadmeCode.IsIn("x\n  global::AdapterToolkit.Tensors.Tensor? y =\n    1;", "Tensor? y = 1;"));
        Assert.False(ReadmeCode.IsIn("Tensor? y = 1;", "Tensor? y = 2;"));
    }

    [GeneratedRegex(@"^step \d+: loss (?<loss>[\d.]+)\r?$", RegexOptions.Multiline)]
    private static partial Regex Step();
}
