using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Generation;
using AdapterToolkit.Loading;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.LanguageModels;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Devices;

/// <summary>Use after <c>Dispose</c> is an error that names the object, on every device; a second <c>Dispose</c> is none.</summary>
public sealed class DisposalTests
{
    private static readonly int[] s_labels = [1, 2, 3, 4];

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void ATensorThatNobodyHolds(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        Tensor tensor = Tensor.From(device, new Shape(2, 2), [1, 2, 3, 4]);
        tensor.Dispose();
        tensor.Dispose();

        // Its memory is another one's by now.
        using Tensor next = Tensor.From(device, new Shape(2, 2), [5, 6, 7, 8]);
        Names<Tensor>(() => tensor.ToArray());
        Names<Tensor>(() => tensor.CopyTo(new float[4]));
        Names<Tensor>(() => tensor.CopyFrom([0, 0, 0, 0]));
        Names<Tensor>(tensor.Clear);
        Names<Tensor>(() => tensor.Reshape(new Shape(4)));
        Names<Tensor>(() => tensor.SliceRows(0, 1));
        Names<Tensor>(() => tensor.Retain());
        Names<Tensor>(() => (tensor + next).Dispose());
        Names<Tensor>(() => Op.Silu(tensor).Dispose());
        Names<Tensor>(tensor.Release);
        Assert.Equal([5, 6, 7, 8], next.ToArray());
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void ATensorThatSomebodyElseHolds(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        Tensor tensor = Tensor.From(device, new Shape(2, 2), [1, 2, 3, 4]);
        Tensor row = tensor.SliceRows(1, 1);
        tensor.Dispose();
        Assert.Equal([3, 4], row.ToArray());
        row.Dispose();
        Names<Tensor>(() => tensor.ToArray());
        Assert.Equal(0, device.HeldBytes);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void ADevice(string identifier)
    {
        ComputeDevice device = TestDevices.Open(identifier);
        Tensor tensor = Tensor.From(device, new Shape(4), [1, 2, 3, 4]);
        device.Dispose();
        device.Dispose();
        string name = device.GetType().FullName!;
        Names(name, () => Tensor.Zeros(device, new Shape(4)));
        Names(name, () => tensor.ToArray());
        Names(name, () => (tensor + tensor).Dispose());
        Names(name, device.Synchronize);
        tensor.Dispose();
        Assert.Equal(0, device.HeldBytes);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void AModel(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        FusedModel model = FusedModel.Create(device);
        using AdamW optimizer = new();
        using TemporaryFolder folder = new();
        Action[] calls = [.. ModelCalls.Of(model, optimizer, folder), () => _ = model.Device, () => model.LoadCheckpoint(folder.Path, device)];
        model.Dispose();
        model.Dispose();
        Assert.Equal(0, device.HeldBytes);
        Assert.All(calls, Names<FusedModel>);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
        Names<FrozenWeight>(() => model.Layers[0].Weight.ToArray());
        Names<FrozenWeight>(() => model.Embedding.Forward(new TokenIds(1, 4, s_labels)));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void AModelWhoseDeviceIsGone(string identifier)
    {
        ComputeDevice device = TestDevices.Open(identifier);
        FusedModel model = FusedModel.Create(device);
        TokenIds tokens = new(1, 4, s_labels);
        model.Logits(tokens);
        device.Dispose();
        string name = device.GetType().FullName!;
        Names(name, () => model.Logits(tokens));
        Names(name, () => model.ForwardBackward(tokens, s_labels));
        Names(name, () => model.Generate(s_labels, 1, cancellationToken: TestContext.Current.CancellationToken));
        Names(name, () => model.Adapter.Initialize());
        Names(name, () => model.Layers[0].Weight.ToArray());
        model.Dispose();
        model.Dispose();
        Assert.Equal(0, device.HeldBytes);
        Names<FusedModel>(() => model.Logits(tokens));
    }

    [Fact]
    public void AnOptimizer()
    {
        using CpuDevice device = new(threads: 1);
        using FusedModel model = FusedModel.Create(device);
        using TemporaryFolder folder = new();
        AdamW optimizer = new();
        new Trainer(model, optimizer).Step([new TrainingBatch(new TokenIds(1, 4, s_labels), s_labels)], TestContext.Current.CancellationToken);
        optimizer.Dispose();
        optimizer.Dispose();
        Names<AdamW>(() => optimizer.Step(model.TrainableParameters, 1e-3));
        Names<AdamW>(() => optimizer.Save(folder["optimizer.safetensors"], model.TrainableParameters));
        Names<AdamW>(() => optimizer.Load(folder["optimizer.safetensors"], model.TrainableParameters));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void ATrainedNormGivesItsMemoryBack()
    {
        using CpuDevice device = new(threads: 1);
        RmsNorm norm = new(4, 1e-6f);
        norm.FrozenWeights.Single().Load(device, [1, 1, 1, 1]);
        norm.MakeTrainable();
        using (IAdapterWeights adapter = new LowRankAdapter(norm))
        {
            Assert.Single(norm.Parameters);
        }

        norm.FrozenWeights.Single().Dispose();
        Assert.Equal(0, device.HeldBytes);
    }

    [Fact]
    public void FilesOfACheckpoint()
    {
        string folder = Fixtures.PathOf("llama-tiny", "base");
        Checkpoint checkpoint = Checkpoint.Open(folder);
        string name = checkpoint.Names.First();
        SafetensorsFile file = checkpoint.GetFile(name);
        float[] numbers = new float[file.GetEntry(name).ElementCount];
        file.ReadFloat32(name, numbers);
        checkpoint.Dispose();
        checkpoint.Dispose();
        file.Dispose();
        Names<SafetensorsFile>(() => file.ReadFloat32(name, numbers));
        Names<Checkpoint>(() => checkpoint.ReadFloat32(name, numbers));
    }

    [Fact]
    public void AScopeClosedTwiceClosesNoOther()
    {
        using CpuDevice device = new(threads: 1);
        TensorScope outer = new();
        TensorScope inner = new();
        inner.Dispose();
        inner.Dispose();
        Tensor tensor = Tensor.Zeros(device, new Shape(4));
        outer.Dispose();
        outer.Dispose();
        Assert.False(tensor.IsHeld);
    }

    private static void Names<T>(Action use) => Names(typeof(T).FullName!, use);

    private static void Names(string name, Action use) => Assert.Equal(name, Assert.Throws<ObjectDisposedException>(use).ObjectName);
}
