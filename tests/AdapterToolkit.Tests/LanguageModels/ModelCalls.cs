using AdapterToolkit.Adapters;
using AdapterToolkit.Generation;
using AdapterToolkit.Loading;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>The calls that use a model, for tests of what none of them may do.</summary>
public static class ModelCalls
{
    /// <summary>The tokens that they are made with.</summary>
    public static int[] Tokens => [1, 2, 3, 4];

    /// <summary>The calls.</summary>
    /// <param name="model">The model.</param>
    /// <param name="optimizer">What a step is made with.</param>
    /// <param name="folder">Where what is saved goes; none that is refused leaves anything there.</param>
    public static Action[] Of(FusedModel model, AdamW optimizer, TemporaryFolder folder)
    {
        int[] labels = Tokens;
        TokenIds tokens = new(1, labels.Length, labels);
        Trainer trainer = new(model, optimizer);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        return
        [
            () => model.Logits(tokens),
            () => model.NextTokenLogits(labels),
            () => model.Generate(labels, 1, cancellationToken: cancellation),
            () => model.Loss(tokens, labels),
            () => model.ForwardBackward(tokens, labels),
            () => model.CreateContext(tokens),
            () => model.Merge(),
            () => model.MergeTo(16),
            () => model.MergeToBaseType(),
            model.Unmerge,
            () => model.Save(folder["merged"]),
            () => model.Adapter.Initialize(),
            () => model.Adapter.Save(folder["adapter"]),
            () => model.Adapter.Load(folder["adapter"]),
            model.Adapter.Remove,
            () => trainer.Step([new TrainingBatch(tokens, labels)], cancellation),
        ];
    }
}
