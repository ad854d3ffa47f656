namespace AdapterToolkit.Tests.Support;

/// <summary>A folder that is removed with all it holds when disposed.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private const string MemoryFolder = "/dev/shm";

    /// <summary>Creates the folder.</summary>
    /// <param name="inMemory">Whether it is to lie in memory, where the system has a place for that: there flushing takes no time.</param>
    public TemporaryFolder(bool inMemory = false) => Path = inMemory && Directory.Exists(MemoryFolder)
        ? Directory.CreateDirectory(System.IO.Path.Combine(MemoryFolder, $"adapter-toolkit-{Guid.NewGuid():N}")).FullName
        : Directory.CreateTempSubdirectory("adapter-toolkit-").FullName;

    /// <summary>The folder's path.</summary>
    public string Path { get; }

    /// <summary>A path in the folder.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
