using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Devices;

/// <summary>A second <c>Dispose</c> does nothing, whatever it is called on.</summary>
[Trait("Device", "cpu")]
public sealed class SecondDisposalTests
{
    private static readonly float[] s_numbers = [1, 2, 3, 4];

    /// <summary>One of each kind of thing that is disposed.</summary>
    private static readonly Dictionary<Type, Func<CpuDevice, string, IDisposable>> s_made = new()
    {
        [typeof(ComputeDevice)] = (_, _) => new CpuDevice(2),
        [typeof(Tensor)] = (device, _) => Tensor.From(device, new Shape(2, 2), s_numbers),
        [typeof(TensorScope)] = (_, _) => new TensorScope(),
        [typeof(Parameter)] = (device, _) => new Parameter(Tensor.From(device, new Shape(2, 2), s_numbers)),
        [typeof(FrozenWeight)] = (device, _) =>
        {
            FrozenWeight weight = new("weight", new Shape(2, 2));
            weight.Load(device, s_numbers);
            return weight;
        },
        [typeof(PackedWeight)] = (device, _) =>
            PackedWeight.Place(device, new Shape(2, 2), Quantizer.Quantize(s_numbers, WeightFormat.NF4(), "weight")),
        [typeof(LowRankFactors)] = (device, _) =>
            new LowRankFactors(device, "layer", new LowRankSettings(2, 2, false), 2, 2, false, s_numbers, s_numbers),
        [typeof(LowRankAdapter)] = (device, _) => LlamaModel.Load(TinyLlama.Folder, device).Adapter,
        [typeof(RotaryTable)] = (device, _) => new RotaryTable(device, 4, [1, 0.1]),
        [typeof(SequenceContext)] = (device, _) => new SequenceContext(new TokenIds([1, 2], [2]), new RotaryTable(device, 4, [1, 0.1])),
        [typeof(TrainingRun)] = (_, _) => new TrainingRun(null, [new Example(0, 2, 1)]),
        [typeof(Model)] = (device, _) => LlamaModel.Load(TinyLlama.Folder, device),
        [typeof(AdamW)] = (_, _) => new AdamW(1e-3f),
        [typeof(FolderLock)] = (_, folder) => FolderLock.Acquire(folder),
        [typeof(SafetensorsFile)] = (_, _) => SafetensorsFile.Open(Path.Combine(TinyLlama.Folder, "model.safetensors")),
        [typeof(Checkpoint)] = (_, _) => Checkpoint.Open(TinyLlama.Folder),
    };

    public static TheoryData<string> Kinds => [.. PublicKinds.Select(type => type.FullName!)];

    private static IEnumerable<Type> PublicKinds => typeof(ComputeDevice).Assembly.GetExportedTypes().Where(type =>
        type.IsClass && !type.IsNested && typeof(IDisposable).IsAssignableFrom(type) && !typeof(IDisposable).IsAssignableFrom(type.BaseType));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_does_nothing(string kind)
    {
        Type type = typeof(ComputeDevice).Assembly.GetType(kind, throwOnError: true)!;
        Assert.True(s_made.ContainsKey(type), $"{kind} can be disposed; say here how one is made.");
        using TemporaryFolder temporary = new();
        using CpuDevice device = new(2);
        IDisposable made = s_made[type](device, temporary["folder"]);

        made.Dispose();
        long held = device.HeldBytes;
        made.Dispose();

        Assert.Equal(held, device.HeldBytes);
    }
}
