using Xunit;

namespace AdapterToolkit.Tests.Support;

/// <summary>Real pretrained models: the folder in ADAPTER_MODELS. Tests that need one skip where it is not set.</summary>
public static class PretrainedModels
{
    /// <summary>The folder of a model in the Hugging Face layout, or the test skips.</summary>
    public static string FolderOf(string model)
    {
        string? root = Environment.GetEnvironmentVariable("ADAPTER_MODELS");
        Assert.SkipWhen(string.IsNullOrEmpty(root), "ADAPTER_MODELS is not set: no pretrained model to test with.");
        string folder = Path.Combine(root!, model);
        return Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException($"ADAPTER_MODELS has no folder '{model}': {folder}");
    }
}
