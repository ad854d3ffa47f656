using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Operators;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>Models load and are saved on other threads than the caller's, and a cancelled saving changes no file.</summary>
[Trait("Device", "cpu")]
public sealed class AsyncFileTests : IDisposable
{
    private static readonly int[] s_ids = [1, 5, 9, 2, 7];

    private readonly TemporaryFolder _temporary = new();
    private readonly CpuDevice _device = new();

    public void Dispose()
    {
        _device.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public async Task What_is_loaded_and_saved_so_is_what_it_is_otherwise()
    {
        using LlamaModel waited = LlamaModel.Load(TinyLlama.Folder, _device, WeightStorage.Dense);
        using LlamaModel model = new(LlamaConfig.FromFolder(TinyLlama.Folder));
        LoadOptions dense = new() { Storage = WeightStorage.Dense };

        await model.LoadCheckpointAsync(TinyLlama.Folder, _device, dense, TestContext.Current.CancellationToken);
        Assert.Equal(0, await model.SaveAsync(_temporary["saved"], cancellationToken: TestContext.Current.CancellationToken));

        using LlamaModel again = LlamaModel.Load(_temporary["saved"], _device, WeightStorage.Dense);
        Assert.Equal(waited.Logits(Tokens), model.Logits(Tokens));
        Assert.Equal(waited.Logits(Tokens), again.Logits(Tokens));
    }

    [Fact]
    public async Task A_cancelled_loading_leaves_a_model_that_can_be_loaded()
    {
        using LlamaModel model = new(LlamaConfig.FromFolder(TinyLlama.Folder));
        using CancellationTokenSource source = new();
        LoadOptions options = new() { Progress = new CancelAfter(source, tensors: 2) };

        await Assert.ThrowsAsync<OperationCanceledException>(() => model.LoadCheckpointAsync(TinyLlama.Folder, _device, options, source.Token));

        await model.LoadCheckpointAsync(TinyLlama.Folder, _device, cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotEmpty(model.Logits(Tokens));
    }

    [Fact]
    public async Task A_cancelled_saving_leaves_what_was_there()
    {
        using LlamaModel model = LlamaModel.Load(TinyLlama.Folder, _device, WeightStorage.Dense);
        string folder = _temporary["saved"];
        model.Save(folder);
        string before = FolderSnapshot.Of(folder);
        CancellationToken cancelled = new(canceled: true);

        Assert.Throws<OperationCanceledException>(() => model.Save(folder, new SaveOptions { FullPrecision = true }, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.SaveAsync(folder, cancellationToken: cancelled));
        Assert.Throws<OperationCanceledException>(() => model.Save(_temporary["other"], new SaveOptions(), cancelled));

        Assert.Equal(before, FolderSnapshot.Of(folder));
        Assert.False(Directory.Exists(_temporary["other"]));
    }

    private static TokenIds Tokens => new(s_ids, [s_ids.Length]);

    /// <summary>Cancels once so many tensors are loaded, on the thread that loads.</summary>
    private sealed class CancelAfter(CancellationTokenSource source, int tensors) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value)
        {
            if (value.Loaded >= tensors)
                source.Cancel();
        }
    }
}
