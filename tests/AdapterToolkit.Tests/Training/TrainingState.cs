using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using Xunit;

namespace AdapterToolkit.Tests.Training;

/// <summary>All bits of a training: what trains, the optimizer's moments, and where the trainer stands.</summary>
internal sealed class TrainingState
{
    private readonly (string Name, float[] Numbers)[] _parameters;
    private readonly byte[] _optimizer;
    private readonly (int, long) _position;

    private TrainingState(Trainer trainer)
    {
        using TemporaryFolder folder = new();
        _parameters = [.. trainer.Model.TrainableParameters.Select(parameter => (parameter.Name, parameter.Value.ToArray()))];
        trainer.Optimizer.Save(folder["optimizer.safetensors"], trainer.Model.TrainableParameters);
        _optimizer = File.ReadAllBytes(folder["optimizer.safetensors"]);
        _position = (trainer.CompletedSteps, trainer.ConsumedBatches);
    }

    /// <summary>Copies the state.</summary>
    public static TrainingState Of(Trainer trainer) => new(trainer);

    /// <summary>Asserts that a trainer has this very state.</summary>
    public void AssertSame(Trainer trainer)
    {
        TrainingState now = new(trainer);
        Assert.Equal(_position, now._position);
        Assert.Equal(_parameters.Select(parameter => parameter.Name), now._parameters.Select(parameter => parameter.Name));
        foreach (((string name, float[] before), (_, float[] after)) in _parameters.Zip(now._parameters))
            Assert.True(before.AsSpan().SequenceEqual(after), $"The numbers of '{name}' have changed.");
        Assert.True(_optimizer.AsSpan().SequenceEqual(now._optimizer), "The optimizer's moments have changed.");
    }
}
