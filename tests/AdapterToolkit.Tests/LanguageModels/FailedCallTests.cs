using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
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

    public static IEnumerable<TheoryDataRow<string, int>> DevicesAndCalls => TestDevices.With(TestDevices.All, [0, 1, 2]);

    [Theory]
    [MemberData(nameof(DevicesAndCalls))]
    public void AForwardPassThatFails(string identifier, int callsBefore) => Check(identifier, model =>
    {
        AssertBlows(model, () => model.Fuse.ForwardCalls = callsBefore, () => model.Logits(Tokens()));
        AssertBlows(model, () => model.Fuse.ForwardCalls = callsBefore, () => model.NextTokenLogits(s_labels));
        AssertBlows(model, () => model.Fuse.ForwardCalls = callsBefore, () => model.Loss(Tokens(), s_labels));
        AssertBlows(model, () => model.Fuse.ForwardCalls = callsBefore, () => model.ForwardBackward(Tokens(), s_labels));
    });

    [Theory]
    [MemberData(nameof(DevicesAndCalls))]
    public void ABackwardPassThatFails(string identifier, int callsBefore) => Check(identifier, model =>
        AssertBlows(model, () => model.Fuse.BackwardCalls = callsBefore, () => model.ForwardBackward(Tokens(), s_labels)));

    [Theory]
    [MemberData(nameof(DevicesAndCalls))]
    public void ARepeatedForwardPassThatFails(string identifier, int callsBefore) => Check(identifier, model =>
    {
        model.RecomputesForward = true;
        AssertBlows(model, () => model.Fuse.ForwardCalls = 3 + callsBefore, () => model.ForwardBackward(Tokens(), s_labels));
        model.RecomputesForward = false;
    });

    [Theory]
    [MemberData(nameof(DevicesAndCalls))]
    public void AStepOfTheTrainerThatFails(string identifier, int callsBefore) => Check(identifier, model =>
    {
        using AdamW optimizer = new(learningRate: 0);
        Trainer trainer = new(model, optimizer);
        TrainingBatch batch = new(Tokens(), s_labels);
        TrainingStep before = trainer.Step([batch]);
        AssertBlows(model, () => model.Fuse.BackwardCalls = callsBefore, () => trainer.Step([batch]));
        TrainingStep after = trainer.Step([batch]);
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
    [MemberData(nameof(DevicesAndCalls))]
    public void ADirectCallInAScopeThatFails(string identifier, int callsBefore) => Check(identifier, model =>
        AssertBlows(model, () => model.Fuse.ForwardCalls = callsBefore, () =>
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
        using Device device = TestDevices.Open(identifier);
        using (FusedModel model = FusedModel.Create(device))
        {
            float[] logits = model.Logits(Tokens());
            model.ForwardBackward(Tokens(), s_labels);
            check(model);
            Assert.Equal(logits, model.Logits(Tokens()));
        }

        Assert.Equal(0, device.HeldBytes);
    }

    private static void AssertBlows(FusedModel model, Action arm, Action run)
    {
        long held = model.Device.HeldBytes;
        for (int i = 0; i < 3; i++)
        {
            arm();
            Assert.Throws<BlownFuseException>(run);
            Assert.Equal(held, model.Device.HeldBytes);
        }
    }
}
