using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.LanguageModels;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Devices;

/// <summary>What does not fit is refused by name, before the system promises what it does not have, and nothing of it stays.</summary>
public sealed class DeviceMemoryTests
{
    private const int Kibinumbers = 1 << 10;

    private static readonly int[] s_sequence = [1, 2, 3, 4];

    [Fact]
    public void MoreThanTheMachineHasIsNeverAskedFor()
    {
        using CpuDevice device = Of(kibibytes: 100);
        using TensorScope scope = new();
        for (int i = 0; i < 25; i++)
            Tensor.Zeros(device, new Shape(Kibinumbers));

        DeviceMemoryException error = Assert.Throws<DeviceMemoryException>(() => Tensor.Allocate(device, new Shape(Kibinumbers)));

        Assert.Equal((4096, 102_400), (error.RequestedBytes, error.HeldBytes));
        Assert.Equal((102_400, 102_400), (device.HeldBytes, device.PeakHeldBytes));
        Assert.StartsWith($"{device} has no room for 4.0 KiB more: 100.0 KiB of its 100.0 KiB are held.", error.Message, StringComparison.Ordinal);
        Assert.Contains("smaller batch", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OneThatCouldNeverFitIsRefusedAtOnce()
    {
        using CpuDevice small = Of(kibibytes: 1 << 20);
        Assert.Equal(0, Assert.Throws<DeviceMemoryException>(() => Tensor.Allocate(small, new Shape(1 << 30))).HeldBytes);
        Assert.Equal(0, small.HeldBytes);
        Assert.Equal(0, small.Pool.AllocatedBytes);
    }

    [Fact]
    public void WhatWaitsForReuseGoesBackFirst()
    {
        using CpuDevice device = Of(kibibytes: 100);
        for (int count = Kibinumbers; count <= 24 * Kibinumbers; count += Kibinumbers)
        {
            // Each size is a class of its own, so that none serves the next.
            using Tensor tensor = Tensor.Zeros(device, new Shape(count));
            Assert.InRange(device.Pool.AllocatedBytes, device.HeldBytes, device.LargestHeldBytes);
        }

        Assert.Equal(0, device.HeldBytes);
    }

    [Fact]
    public void AModelWorksOnAfterABatchThatDidNotFit()
    {
        long needed;
        float[] logits;
        using (CpuDevice roomy = new(threads: 1))
        {
            using FusedModel model = FusedModel.Create(roomy);
            logits = model.Logits(new TokenIds(1, 4, s_sequence));
            needed = roomy.PeakHeldBytes;
        }

        using CpuDevice device = new(threads: 1, new MachineMemory(needed, needed));
        using FusedModel tight = FusedModel.Create(device);
        Assert.Equal(logits, tight.Logits(new TokenIds(1, 4, s_sequence)));
        long held = device.HeldBytes;
        TokenIds batch = new(64, 4, [.. Enumerable.Repeat(s_sequence, 64).SelectMany(ids => ids)]);
        Assert.Throws<DeviceMemoryException>(() => tight.Logits(batch));
        Assert.Throws<DeviceMemoryException>(() => tight.ForwardBackward(batch, batch.Ids));
        Assert.Equal(held, device.HeldBytes);
        Assert.Equal(logits, tight.Logits(new TokenIds(1, 4, s_sequence)));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void ATensorOfMoreNumbersThanFitIsRefusedByOperator(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        const int rows = 70_000;
        Wide wide = new(1, 40_000) { CheckpointPath = "model.wide" };
        wide.Weight.Load(device, new float[40_000]);
        using Tensor x = Tensor.Zeros(device, new Shape(rows, 1));
        long held = device.HeldBytes;

        DeviceMemoryException error = Assert.Throws<DeviceMemoryException>(() => wide.Forward(x));

        Assert.Contains("'model.wide' gives 70,000 x 40,000 numbers", error.Message, StringComparison.Ordinal);
        Assert.Contains("smaller batch", error.Message, StringComparison.Ordinal);
        Assert.Equal((rows * 40_000L * sizeof(float), held), (error.RequestedBytes, error.HeldBytes));
        Assert.Equal(held, device.HeldBytes);
    }

    [Fact]
    public void AnEmbeddingOfMoreNumbersThanFitIsRefused()
    {
        using CpuDevice device = new(threads: 1);
        TokenEmbedding embedding = new(2, 40_000);
        embedding.Weight.Load(device, new float[80_000]);
        TokenIds tokens = new(1, 70_000, new int[70_000]);
        Assert.Contains("70,000 x 40,000", Assert.Throws<DeviceMemoryException>(() => embedding.Forward(tokens)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AShapeOfMoreNumbersThanFitSaysSo()
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(3, 1 << 16, 1 << 15));
        Assert.Contains("3 x 65536 x 32768", error.Message, StringComparison.Ordinal);
        Assert.Equal(1 << 30, new Shape(1 << 15, 1 << 15).Elements);
        Assert.Equal(0, new Shape(1 << 16, 1 << 14, 0).Elements);
    }

    [Fact]
    public void WhereverMemoryRunsOutNothingStays()
    {
        long needed;
        using (CpuDevice roomy = new(threads: 1))
        {
            LoadAndTrain(roomy);
            needed = roomy.PeakHeldBytes;
        }

        for (long limit = 0; limit < needed; limit += needed / 60)
        {
            using CpuDevice device = new(threads: 1, new MachineMemory(limit, limit));
            Assert.Throws<DeviceMemoryException>(() => LoadAndTrain(device));

            // The map of 8-bit scales stays for the weights that come next.
            Assert.True(device.HeldBytes == 0 || device.HeldBytes == PackedWeight.CodebookOf(device, WeightFormat.Dynamic8()).Bytes,
                $"{device.HeldBytes} bytes are still held of {limit}.");
        }
    }

    private static void LoadAndTrain(CpuDevice device)
    {
        using LlamaModel model = LlamaModel.Load(Fixtures.PathOf("llama-tiny", "base"), device);
        using AdamW optimizer = new() { StateBits = 8, MinimumSize = 64 };
        model.Adapter.Initialize();
        new Trainer(model, optimizer).Step([new TrainingBatch(new TokenIds(1, 4, s_sequence), s_sequence)], TestContext.Current.CancellationToken);
        model.Logits(new TokenIds(2, 4, [.. s_sequence, .. s_sequence]));
        model.MergeTo(32);
    }

    private static CpuDevice Of(int kibibytes) => new(threads: 1, new MachineMemory(1024L * kibibytes, 1024L * kibibytes));
}

/// <summary>A layer without adapter.</summary>
[Frozen]
public sealed partial class Wide(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);
