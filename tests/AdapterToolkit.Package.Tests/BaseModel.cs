using AdapterToolkit.Tests.Shared;

namespace AdapterToolkit.Package.Tests;

/// <summary>The small pretrained model that the repository ships, and a text to adapt it to.</summary>
internal static class BaseModel
{
    /// <summary>Where the model lies.</summary>
    public static string Folder { get; } = Path.Combine(SolutionFolder.Find(), "samples", "FineTune", "base-model");

    /// <summary>The text.</summary>
    public static string Text { get; } = Path.Combine(SolutionFolder.Find(), "src", "AdapterToolkit.Templates", "content", "adapter-model", "text.txt");

    /// <summary>Puts both where the README's program reads them.</summary>
    /// <param name="folder">The folder in which it runs.</param>
    public static void CopyTo(string folder)
    {
        string checkpoint = Directory.CreateDirectory(Path.Combine(folder, "checkpoint")).FullName;
        foreach (string file in Directory.GetFiles(Folder))
            File.Copy(file, Path.Combine(checkpoint, Path.GetFileName(file)));
        File.Copy(Text, Path.Combine(folder, "text.txt"));
    }
}
