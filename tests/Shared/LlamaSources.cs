namespace AdapterToolkit.Tests.Shared;

/// <summary>The Llama model as a user has it who makes a project by the template: the classes of the toolkit's own, and a projection.</summary>
internal static class LlamaSources
{
    private static readonly string[] s_model = ["Attention.cs", "DecoderBlock.cs", "FeedForward.cs", "LlamaModel.cs"];

    /// <summary>What the template's project has for all its files.</summary>
    public const string Usings = """
        global using AdapterToolkit;
        global using AdapterToolkit.Models;
        global using LlamaConfig = AdapterToolkit.Models.Llama.LlamaConfig;
        """;

    /// <summary>The files' names and texts, in the namespace <c>Llama</c>.</summary>
    public static IReadOnlyList<(string Path, string Text)> Read()
    {
        string sources = Path.Combine(SolutionFolder.Find(), "src");
        string models = Path.Combine(sources, "AdapterToolkit.Models", "Llama");
        string template = Path.Combine(sources, "AdapterToolkit.Templates", "content", "adapter-model");
        return
        [
            .. s_model.Select(file => (file, Text(Path.Combine(models, file), "AdapterToolkit.Models.Llama"))),
            ("Projection.cs", Text(Path.Combine(template, "Projection.cs"), "AdapterModel1")),
        ];
    }

    private static string Text(string file, string space) =>
        File.ReadAllText(file).Replace($"namespace {space};", "namespace Llama;", StringComparison.Ordinal);
}
