namespace AdapterToolkit.Benchmarks;

/// <summary>A checkpoint of random weights in a temporary folder, deleted at the end.</summary>
internal sealed class RandomCheckpoint : IDisposable
{
    /// <summary>Writes the checkpoint.</summary>
    /// <param name="shape">The shape of the model.</param>
    public RandomCheckpoint(ModelShape shape)
    {
        Folder = Directory.CreateTempSubdirectory($"adapter-toolkit-{shape.Name}-").FullName;
        shape.WriteRandomCheckpoint(Folder);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
