using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Generation;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using Xunit;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>A call that fails in the middle holds no memory, and the model works on as before.</summary>
public sealed class FailedCallTests
{
    private static readonly int[] s_labels = [1, 2, 3, 4, 5, 6, 7, 8];

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void AForwardPassThatFails(string identifier) => Check(identifier, model =>
    {
        Action<int> arm = passes => model.Fuse.ForwardCalls = passes;
        AssertBlows(model, arm, () => model.Logits(Tokens()));
        AssertBlows(model, arm, () => model.NextTokenLogits(s_labels));
        AssertBlows(model, arm, () => model.Loss(Tokens(), s_labels));
        AssertBlows(model, arm, () => model.ForwardBackward(Tokens(), s_labels));
    });

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void ABackwardPassThatFails(string identifier) => Check(identifier, model =>
        AssertBlows(model, passes => model.Fuse.BackwardCalls = passes, () => model.ForwardBackward(Tokens(), s_labels)));

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void ARepeatedForwardPassThatFails(string identifier) => Check(identifier, model =>
    {
        model.RecomputesForward = true;
        AssertBlows(model, passes => model.Fuse.ForwardCalls = model.Layers.Count + passes, () => model.ForwardBackward(Tokens(), s_labels));
        model.RecomputesForward = false;
    });

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void AStepOfTheTrainerThatFails(string identifier) => Check(identifier, model =>
    {
        using AdamW optimizer = new(learningRate: 0);
        Trainer trainer = new(model, optimizer);
        TrainingBatch batch = new(Tokens(), s_labels);
        TrainingStep before = trainer.Step([batch], TestContext.Current.CancellationToken);
        AssertBlows(model, passes => model.Fuse.BackwardCalls = passes, () => trainer.Step([batch], TestContext.Current.CancellationToken));
        TrainingStep after = trainer.Step([batch], TestContext.Current.CancellationToken);
        Assert.Equal((before.Loss, before.GradientNorm, before.Number + 1), (after.Loss, after.GradientNorm, after.Number));
    });

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void ALossWithoutAdapterAndLabelsOutsideTheVocabulary(string identifier) => Check(identifier, model =>
    {
        long held = model.Device.HeldBytes;
        Assert.Throws<ArgumentOutOfRangeException>(() => model.ForwardBackward(Tokens(), [1, 2, 3, 4, 5, 6, 7, 99]));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Loss(Tokens(), [1, 2, 3, 4, 5, 6, 7, 99]));
        Assert.Equal(held, model.Device.HeldBytes);
        model.Merge(reversible: true);
        held = model.Device.HeldBytes;
        Assert.Throws<InvalidOperationException>(() => model.ForwardBackward(Tokens(), s_labels));
        Assert.Equal(held, model.Device.HeldBytes);
        model.Unmerge();
    });

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void ADirectCallInAScopeThatFails(string identifier) => Check(identifier, model =>
        AssertBlows(model, passes => model.Fuse.ForwardCalls = passes, () =>
        {
            using TensorScope scope = new();
            model.Forward(Tokens(), model.CreateContext(Tokens()));
        }));

    [Fact]
    public void AScopeThatIsOpenStaysOpen()
    {
        using CpuDevice device = new();
        using FusedModel model = FusedModel.Create(device);
        long held = device.HeldBytes;
        using (TensorScope scope = new())
        {
            Tensor before = Tensor.Zeros(device, new Shape(100));
            model.Fuse.ForwardCalls = 1;
            Assert.Throws<BlownFuseException>(() => model.Logits(Tokens()));
            Assert.True(before.IsHeld);
            Tensor.Zeros(device, new Shape(100));
        }

        held += model.CreateContext(Tokens()).Rotary.Cosines.Bytes * 2;
        Assert.Equal(held, device.HeldBytes);
    }

    private static TokenIds Tokens() => new(2, 4, [0, 1, 2, 3, 10, 9, 8, 7]);

    /// <summary>Runs a check, after which the model gives what it gave before and can be released without a rest.</summary>
    private static void Check(string identifier, Action<FusedModel> check)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using (FusedModel model = FusedModel.Create(device))
        {
            float[] logits = model.Logits(Tokens());
            model.ForwardBackward(Tokens(), s_labels);
            check(model);
            Assert.Equal(logits, model.Logits(Tokens()));
        }

        Assert.Equal(0, device.HeldBytes);
    }

    /// <summary>Checks that a call holds nothing after it failed at the first, second or third use of the fuse, however often.</summary>
    private static void AssertBlows(FusedModel model, Action<int> arm, Action run)
    {
        long held = model.Device.HeldBytes;
        for (int i = 0; i < 2 * model.Layers.Count; i++)
        {
            arm(i % model.Layers.Count);
            Assert.Throws<BlownFuseException>(run);
            Assert.Equal(held, model.Device.HeldBytes);
        }
    }
}
