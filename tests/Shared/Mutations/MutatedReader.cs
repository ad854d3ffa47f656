using AdapterToolkit.Formats;

namespace AdapterToolkit.Tests.Shared.Mutations;

/// <summary>A reader of files that is given damaged ones. A new reader is one class that derives from this one and a row in a test.</summary>
internal abstract class MutatedReader : IDisposable
{
    /// <summary>Undamaged inputs: files of one folder by name. A mutant comes of one of them.</summary>
    public abstract IReadOnlyList<IReadOnlyDictionary<string, byte[]>> Seeds { get; }

    /// <summary>The reader's name in reports.</summary>
    public string Name => GetType().Name;

    /// <summary>Bytes that the device holds now, where the reader puts anything on one.</summary>
    public virtual long HeldBytes => 0;

    /// <summary>Whether a file of the input is damaged; the others stay as they are.</summary>
    /// <param name="name">The file's name.</param>
    public virtual bool Damages(string name) => true;

    /// <summary>Is done to a folder before it is read, and is not measured.</summary>
    /// <param name="folder">The folder with the files, one of them damaged.</param>
    public virtual void Prepare(string folder)
    {
    }

    /// <summary>Reads a folder. What it leaves on a device belongs to the state.</summary>
    /// <param name="folder">The folder with the files.</param>
    public abstract void Read(string folder);

    /// <summary>Describes bit for bit what reading changes. A failed read must leave it as it was.</summary>
    public virtual string State() => "";

    /// <summary>Whether the reader's documentation names an exception for files that are at fault.</summary>
    /// <param name="exception">The exception.</param>
    public virtual bool IsDocumented(Exception exception) => exception is CheckpointException or FileNotFoundException;

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the reader holds.</summary>
    protected virtual void Release()
    {
    }
}
