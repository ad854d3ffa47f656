using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Loading;
using AdapterToolkit.Models;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Tests.Training;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using UsersCode;
using Xunit;

namespace AdapterToolkit.Tests.Adapters;

/// <summary>A tree has several adapters with names, and runs with the one that is active.</summary>
[Trait("Device", "cpu")]
public sealed class NamedAdaptersTests
{
    [Fact]
    public void The_active_one_runs_and_trains_and_the_others_keep_what_they_hold()
    {
        using CpuDevice device = new(threads: 1);
        using (TrainedNormLlama model = TrainedNormLlama.Load(TinyLlama.Folder, device))
        {
            TokenIds tokens = new(1, 5, [3, 1, 4, 1, 5]);
            float[] bare = model.Logits(tokens);
            LowRankAdapter first = model.Adapter, second = new(model, "chat");
            Assert.Equal(("default", true, "chat", false), (first.Name, first.IsActive, second.Name, second.IsActive));
            first.Initialize(1);
            Train(model);
            float[] withFirst = model.Logits(tokens);
            Parameter[] ofFirst = [.. model.TrainableParameters];
            float[][] held = [.. ofFirst.Select(parameter => parameter.Value.ToArray())];
            Assert.NotEqual(bare, withFirst);

            second.Activate();
            Assert.Same(second, model.Adapter);
            Assert.Equal((false, true), (first.IsActive, second.IsActive));
            Assert.Equal(bare, model.Logits(tokens));
            second.Initialize(2);
            Train(model);
            Assert.Empty(model.TrainableParameters.Intersect(ofFirst));
            Assert.NotEqual(withFirst, model.Logits(tokens));
            Assert.Equal(held, ofFirst.Select(parameter => parameter.Value.ToArray()));

            first.Activate();
            Assert.Equal(withFirst, model.Logits(tokens));
        }

        Assert.Equal(0, device.HeldBytes);
    }

    [Fact]
    public void One_that_is_merged_stays_active_until_it_is_taken_back()
    {
        using CpuDevice device = new(threads: 1);
        using LlamaModel model = LlamaModel.Load(TinyLlama.Folder, device, WeightStorage.Dense);
        model.Adapter.Initialize(1);
        LowRankAdapter other = new(model, "chat");
        model.Merge(reversible: true);
        Assert.Contains("Unmerge", Assert.Throws<InvalidOperationException>(other.Activate).Message, StringComparison.Ordinal);
        model.Unmerge();
        other.Activate();
        Assert.True(other.IsActive);
    }

    [Fact]
    public void A_name_that_is_taken_and_a_part_of_a_tree_are_refused()
    {
        using CpuDevice device = new(threads: 1);
        using LlamaModel model = LlamaModel.Load(TinyLlama.Folder, device, WeightStorage.Dense);
        Assert.Contains("'default'", Assert.Throws<ArgumentException>(() => new LowRankAdapter(model)).Message, StringComparison.Ordinal);
        Assert.Contains("another tree", Assert.Throws<InvalidOperationException>(() => new LowRankAdapter(model.Blocks[0])).Message, StringComparison.Ordinal);

        using Regressor regressor = new();
        _ = new LowRankAdapter(regressor.First);
        Assert.Contains("Dense", Assert.Throws<InvalidOperationException>(() => new LowRankAdapter(regressor)).Message, StringComparison.Ordinal);
    }

    private static void Train(LanguageModel model)
    {
        using AdamW optimizer = new(1e-2f);
        Trainer trainer = new(model, optimizer);
        Assert.Equal(2, trainer.Fit(TinyTraining.Batches(), 2, TestContext.Current.CancellationToken).Count());
    }
}
