using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared.Mutations;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>A safetensors file with tensors of several types and shapes, read whole.</summary>
internal sealed class SafetensorsReader : MutatedReader
{
    private const string FileName = "tensors.safetensors";

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } =
    [
        InputFiles.Written(folder => SafetensorsWriter.Write(
            Path.Combine(folder, FileName),
            [
                SafetensorsTensor.OfFloats("a.weight", [2, 3], new float[6]),
                SafetensorsTensor.OfIntegers("scalar", [], new long[1]),
                SafetensorsTensor.OfBytes("half", SafetensorsType.F16, [4], new byte[8]),
                SafetensorsTensor.OfBytes("brain", SafetensorsType.BF16, [1, 1, 1, 1, 1, 1, 1, 1, 1, 5], new byte[10]),
                SafetensorsTensor.OfFloats("none", [0, 7], Array.Empty<float>()),
            ])),
        InputFiles.Written(folder => SafetensorsWriter.Write(Path.Combine(folder, FileName), [], new Dictionary<string, string> { ["note"] = "nothing" })),
    ];

    /// <inheritdoc/>
    public override void Read(string folder)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, FileName));
        foreach (SafetensorsEntry entry in file.Entries)
        {
            file.ReadBytes(entry.Name);
            if (entry.Type is SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16)
                file.ReadFloat32(entry.Name);
            else if (entry.Type == SafetensorsType.I64)
                file.ReadInt64(entry.Name);
        }
    }
}
