using AdapterToolkit.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>What ADT0107 and ADT0108 say: the model or layer, the merge before, what comes of it, and what to do; and where they say it.</summary>
public sealed class MergeMessageTests
{
    [Theory]
    [InlineData("net.MergeTo(16);\nnet.Merge();", "net.Merge()",
        "'net' may be merged already by 'MergeTo' in line 5, and its adapter would count twice or is gone; "
            + "merge once, or call Unmerge after a reversible merge")]
    [InlineData("net.Merge(true);\nnet.Merge();", "net.Merge()",
        "'net' may be merged already by 'Merge' in line 5, and its adapter would count twice; call Unmerge first")]
    [InlineData("while (flag) net.Layer.Merge();", "net.Layer.Merge()",
        "'net.Layer' may be merged already by this call, the time before, and its adapter would count twice or is gone; "
            + "merge once, or call Unmerge after a reversible merge")]
    [InlineData("net.Merge();\nnet.Unmerge();", "net.Unmerge()",
        "'net' was merged for good by 'Merge' in line 5, so that there is nothing to take back; merge with reversible: true there")]
    [InlineData("net.Merge();\nnet.Adapter.Save(\"a\");", "net.Adapter.Save(\"a\")",
        "'net' has no adapter to save any more, as it was merged by 'Merge' in line 5; save the adapter before the merge")]
    [InlineData("net.Merge(true);\nnet.Adapter.Load(\"a\");", "net.Adapter.Load(\"a\")",
        "'net' gets another adapter while one is merged into its weights by 'Merge' in line 5, and both would count; call Unmerge first")]
    [InlineData("net.Merge();\nnet.ForwardBackward(tokens, []);", "net.ForwardBackward(tokens, [])",
        "'net' is trained after its adapter was merged by 'Merge' in line 5, so that nothing is left to train; train before the merge")]
    [InlineData("net.Layer.Merge(true);\nnet.Layer.SetFactors(null);", "net.Layer.SetFactors(null)",
        "'net.Layer' gets other factors while an adapter is merged into its weight by 'Merge' in line 5, and both would count; call Unmerge first")]
    [InlineData("net.Layer.Merge();\n_ = net.Layer.Factors!.A;", "net.Layer.Factors",
        "'net.Layer' has no factors any more, as its adapter was merged by 'Merge' in line 5; read them before the merge")]
    [InlineData("Finish += () => net.Merge();\nnet.MergeTo(16);\nFinish();", "Finish()",
        "'net' may be merged already by 'MergeTo' in line 6, and its adapter would count twice or is gone; "
            + "merge once, or call Unmerge after a reversible merge")]
    public async Task NamesTheMergeBefore(string statements, string place, string message)
    {
        Diagnostic found = Assert.Single(await Find<MergeOnceAnalyzer>(MergeSource.Models, statements), diagnostic => diagnostic.Id == "ADT0107");
        Assert.Equal(message, found.GetMessage(null));
        Assert.Equal(place, TextOf(found));
    }

    [Fact]
    public async Task NamesTheBits()
    {
        Diagnostic found = Assert.Single(
            await Find<MergeIntoQuantizedAnalyzer>(QuantizedSource.Model, "net.Block.Layer.Merge();"), diagnostic => diagnostic.Id == "ADT0108");
        Assert.Equal(
            "The weights of 'net.Block.Layer' are stored in 4 bits, and merging into them rounds the adapter away; write MergeTo(16) or MergeTo(32)",
            found.GetMessage(null));
        Assert.Equal("net.Block.Layer.Merge()", TextOf(found));
    }

    private static string TextOf(Diagnostic diagnostic) => diagnostic.Location.SourceTree!.ToString().Substring(
        diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length);

    private static async Task<IEnumerable<Diagnostic>> Find<T>(string models, string statements)
        where T : Microsoft.CodeAnalysis.Diagnostics.DiagnosticAnalyzer, new()
    {
        string user = "public class User\n{\n    private event Action? Finish;\n    public void Run(Model net, TokenIds tokens, bool flag) {\n"
            + statements + "\n    }\n}\n";
        Compilation compilation = Corpus.Compile("User", [("Usings.cs", RuleTest<T>.Usings), ("Models.cs", models), ("User.cs", user)]);
        return await Corpus.Analyze(compilation, TestContext.Current.CancellationToken);
    }
}
