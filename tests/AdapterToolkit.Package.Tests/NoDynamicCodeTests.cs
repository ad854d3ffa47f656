using Xunit;

namespace AdapterToolkit.Package.Tests;

/// <summary>
/// Programs that can't compile code at run time train on the CPU device: those that <c>dotnet run file.cs</c> starts, and
/// those published with NativeAOT.
/// </summary>
public sealed class NoDynamicCodeTests(PackedToolkit toolkit)
{
    [Fact]
    public void A_program_in_one_file_trains()
    {
        string folder = toolkit.NewFolder("one-file");
        toolkit.UseFeed(folder);
        File.WriteAllText(Path.Combine(folder, "train.cs"), $"#:package AdapterToolkit.Models@{toolkit.Version}\n"
            + $"{ReadmeCode.Read().InOneFile(Sources.Training, "Model.cs")}");

        // The SDK keeps what it builds of single files here.
        Dictionary<string, string> environment = new() { ["XDG_DATA_HOME"] = toolkit.NewFolder("data-of-single-files") };
        CommandResult result = DotNet.Run(folder, environment, "run", "train.cs", "--", BaseModel.Folder, BaseModel.Text).Succeeded();

        CheckWithoutDynamicCode(result.Output);
        Assert.DoesNotContain("warning", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_published_with_NativeAOT_gives_the_losses_of_the_ordinary_build()
    {
        bool isRequired = Environment.GetEnvironmentVariable("ADAPTER_REQUIRE_AOT") == "1";
        Assert.SkipUnless(isRequired || Environment.GetEnvironmentVariable("ADAPTER_LONG_TESTS") == "1",
            "Compiling to native code takes minutes: set ADAPTER_LONG_TESTS=1.");
        string folder = toolkit.NewProject(
            "Native", "AdapterToolkit.Models", ("Program.cs", Sources.Training), ("Model.cs", ReadmeCode.Read().Files["Model.cs"]));
        CommandResult ordinary = DotNet.Run(folder, "run", "-c", "Release", "--", BaseModel.Folder, BaseModel.Text).Succeeded();
        Assert.Contains("dynamic code: True", ordinary.Output, StringComparison.Ordinal);

        // The instruction set of this machine, whose vectors the ordinary build has too: then the losses are the same bits.
        CommandResult publishing = DotNet.Run(folder, "publish", "-c", "Release", "-p:PublishAot=true", "-p:IlcInstructionSet=native", "-o", "published");
        Assert.SkipWhen(!isRequired && IsWithoutTools(publishing),
            $"The tools of NativeAOT are missing here (the package of its compiler, and clang or gcc with zlib's headers):\n{publishing.Output}");
        publishing.Succeeded();
        Assert.DoesNotContain("warning", publishing.Output, StringComparison.Ordinal);

        CommandResult native = DotNet.RunProgram(folder,
            Path.Combine(folder, "published", OperatingSystem.IsWindows() ? "Native.exe" : "Native"), BaseModel.Folder, BaseModel.Text)
            .Succeeded();

        CheckWithoutDynamicCode(native.Output);
        Assert.Equal(Losses(ordinary), Losses(native));
    }

    private static void CheckWithoutDynamicCode(string output)
    {
        Assert.Contains("dynamic code: False", output, StringComparison.Ordinal);
        Assert.Contains("best: cpu; available: cpu", output, StringComparison.Ordinal);
        Assert.Contains("cuda:0: The device 'cuda:0' compiles its kernels while the program runs, and this program can't compile code",
            output, StringComparison.Ordinal);
        Assert.Contains("debug: The device 'debug' compiles its kernels while the program runs", output, StringComparison.Ordinal);
        Assert.Contains("the loss fell", output, StringComparison.Ordinal);
        Assert.Contains("merged and loaded again", output, StringComparison.Ordinal);
    }

    private static string[] Losses(CommandResult result)
    {
        string[] losses = [.. result.Output.Split('\n').Where(line => line.StartsWith("loss ", StringComparison.Ordinal))];
        Assert.Equal(13, losses.Length);
        return losses;
    }

    private static bool IsWithoutTools(CommandResult publishing) =>
        publishing.ExitCode != 0
        && (publishing.Output.Contains("Platform linker", StringComparison.Ordinal)
            || publishing.Output.Contains("cannot find -l", StringComparison.Ordinal)
            || (publishing.Output.Contains("error NU", StringComparison.Ordinal)
                && publishing.Output.Contains("ILCompiler", StringComparison.OrdinalIgnoreCase)));
}
