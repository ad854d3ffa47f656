using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Models;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>A process ends before each of the file operations by which an adapter, a model or a checkpoint is saved, and again in the next attempt.</summary>
[Trait("Device", "cpu")]
public sealed class SavedStateDeathTests
{
    private const int Seed = 3;

    private static string BaseFolder => Fixtures.PathOf("llama-tiny", "base");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Adapter(bool withOthers)
    {
        using CpuDevice device = new(threads: 1);
        using LlamaModel model = Load(device), reader = Load(device);
        CheckDeaths(withOthers, PeftAdapterConfig.FileName, seed => model.Adapter.Initialize(seed), model.Adapter.Save, reader.Adapter.Load);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Model(bool withOthers)
    {
        using CpuDevice device = new(threads: 1);
        using LlamaModel first = Load(device), second = LlamaModel.Load(BaseFolder, device, WeightStorage.AsMarked);
        first.Merge();
        second.Merge();
        LanguageModel model = first;
        CheckDeaths(
            withOthers,
            "config.json",
            seed => model = seed == Seed ? first : second,
            folder => model.Save(folder),
            folder => LlamaModel.Load(folder, device, WeightStorage.AsMarked).Dispose());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Checkpoint_of_a_training(bool withOthers)
    {
        using CpuDevice device = new(threads: 1);
        using LlamaModel model = Load(device), readerModel = Load(device);
        using AdamW optimizer = new(1e-2f), readerOptimizer = new(1e-2f);
        Trainer trainer = new(model, optimizer), reader = new(readerModel, readerOptimizer);
        ShuffledBatches batches = new(TokenStream.Windows([.. Enumerable.Range(0, 60).Select(i => i % 50)], 8), batchSize: 3, Seed);
        using IEnumerator<TrainingStep> steps = trainer.Fit(batches, 3, TestContext.Current.CancellationToken).GetEnumerator();
        Assert.True(steps.MoveNext());
        CheckDeaths(
            withOthers,
            "trainer.json",
            seed => Assert.True(seed == Seed || steps.MoveNext()),
            folder => TrainingCheckpoint.Save(folder, trainer, batches, path => File.WriteAllText(Path.Combine(path, "run.json"), "{}")),
            folder => TrainingCheckpoint.Restore(folder, reader, batches));
    }

    private static LlamaModel Load(ComputeDevice device)
    {
        LlamaModel model = LlamaModel.Load(BaseFolder, device, WeightStorage.Dense);
        model.Adapter.Initialize(Seed);
        return model;
    }

    /// <summary>Saves one state and then another over it, and dies on the way.</summary>
    private static void CheckDeaths(bool withOthers, string anyFile, Action<int> change, Action<string> save, Action<string> read)
    {
        using TemporaryFolder folders = new(inMemory: true);
        string old = folders["old"], renewed = folders["new"];
        change(Seed);
        Save(old);
        change(Seed + 1);
        Copy(old, renewed);
        save(renewed);
        string before = FolderSnapshot.Of(old), after = FolderSnapshot.Of(renewed);
        Assert.NotEqual(before, after);
        HashSet<string> found = [];
        bool died = true, diedAgain = true;
        for (int first = 1; died; first++)
        {
            // The short form tries one second death for each first, the long form all.
            for (int second = LongTests.Asked ? 1 : 1 + (first * 5 % 41); diedAgain; second++)
            {
                string target = folders[$"run-{first}-{second}"];
                Copy(old, target);
                died = SimulatedDeath.Before(first, () => save(target));
                diedAgain = SimulatedDeath.Before(second, () => save(target)) && LongTests.Asked;
                read(target);

                string state = FolderSnapshot.Of(target);
                Assert.True(state == before || state == after, $"death before operation {first}, then before {second}:\n{state}");
                found.Add(state);
                Assert.True(File.Exists(Path.Combine(target, anyFile)));
                Assert.DoesNotContain(Directory.GetFileSystemEntries(folders.Path), path => Path.GetFileName(path).StartsWith('.'));
                Directory.Delete(target, recursive: true);
            }

            diedAgain = true;
        }

        Assert.Equal(2, found.Count);

        void Save(string folder)
        {
            if (withOthers)
            {
                Directory.CreateDirectory(folder);
                File.WriteAllText(Path.Combine(folder, "notes"), "mine");
            }

            save(folder);
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string path in Directory.GetFiles(from))
            File.Copy(path, Path.Combine(to, Path.GetFileName(path)));
    }
}
