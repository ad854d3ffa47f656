using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Models;
using AdapterToolkit.Operators;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Xunit;

namespace FineTune.Tests;

/// <summary>A batch that can't fit is refused before anything is loaded, in the words of the options.</summary>
public sealed class MemoryNeedTests : IDisposable
{
    private const int Batch = 4, Length = 64;

    private readonly string _output = Path.Combine(Path.GetTempPath(), $"fine-tune-{Guid.NewGuid():N}");

    private static string BaseFolder => Path.Combine(AppContext.BaseDirectory, "base-model");

    public void Dispose() => Assert.False(Directory.Exists(_output));

    [Fact]
    public void What_a_token_takes_is_less_than_what_a_step_holds_and_most_of_it()
    {
        using CpuDevice device = new(threads: 2);
        using LanguageModel model = CausalModel.Load<Projection>(BaseFolder, device, WeightStorage.Dense);
        model.Adapter.Initialize(1);
        int[] ids = [.. Enumerable.Range(0, Batch * Length)];
        device.ResetPeak();
        long before = device.PeakHeldBytes;

        model.ForwardBackward(new TokenIds(Batch, Length, ids), ids);

        long need = Batch * Length * MemoryNeed.BytesPerToken(CausalModelConfig.FromFolder(BaseFolder));
        Assert.InRange(device.PeakHeldBytes - before, need, 2 * need);
    }

    [Theory]
    [InlineData("2000000", "512")]
    [InlineData("200000", "64")]
    public void A_batch_that_can_not_fit_names_the_options(string batch, string sequence)
    {
        string message = ProgramInProcess.Fail("--device", "cpu", "--batch", batch, "--sequence", sequence, "--output", _output);

        Assert.StartsWith($"--batch {batch}: a step on so many sequences, of ", message, StringComparison.Ordinal);
        Assert.Contains("Try a smaller --batch or --sequence", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_that_runs_out_later_is_said_in_the_words_of_the_options_too()
    {
        using CpuDevice device = new(threads: 1);
        using LanguageModel model = CausalModel.Load<Projection>(BaseFolder, device, WeightStorage.Dense);
        int rows = (Array.MaxLength / CausalModelConfig.FromFolder(BaseFolder).HiddenSize) + 1;

        string message = Failure.Describe(Assert.Throws<DeviceMemoryException>(() => model.Loss(new TokenIds(rows, 1, new int[rows]), new int[rows])));

        Assert.Contains("--batch", message, StringComparison.Ordinal);
        Assert.Contains("--sequence", message, StringComparison.Ordinal);
        Assert.Contains("GiB", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Trainer", message, StringComparison.Ordinal);
        Assert.DoesNotContain("AdamW", message, StringComparison.Ordinal);
    }
}
