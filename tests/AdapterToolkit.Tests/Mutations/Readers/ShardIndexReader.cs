using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared.Mutations;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>A checkpoint in two shards and its index.</summary>
internal sealed class ShardIndexReader : MutatedReader
{
    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; } =
    [
        InputFiles.Written(folder =>
        {
            SafetensorsWriter.Write(Path.Combine(folder, "model-00001-of-00002.safetensors"),
                [SafetensorsTensor.OfFloats("a", [2], new float[2]), SafetensorsTensor.OfFloats("b", [1, 2], new float[2])]);
            SafetensorsWriter.Write(Path.Combine(folder, "model-00002-of-00002.safetensors"), [SafetensorsTensor.OfFloats("c", [3], new float[3])]);
            File.WriteAllText(
                Path.Combine(folder, Checkpoint.IndexFileName),
                """
                {"metadata": {"total_size": 28}, "weight_map":
                 {"a": "model-00001-of-00002.safetensors", "b": "model-00001-of-00002.safetensors", "c": "model-00002-of-00002.safetensors"}}
                """);
        }),
    ];

    /// <inheritdoc/>
    public override void Read(string folder)
    {
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        foreach (string name in checkpoint.Names)
            checkpoint.GetFile(name).ReadBytes(name);
    }
}
