namespace AdapterToolkit.Formats;

/// <summary>What stands at a path. Only a <see cref="File"/> may be opened: a pipe or a device blocks its reader, or has no end.</summary>
internal enum FileKind
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A pipe, a socket or a device.</summary>
    Other,
}
