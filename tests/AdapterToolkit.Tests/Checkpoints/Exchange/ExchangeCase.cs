using AdapterToolkit.Formats;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>
/// An exchange, and what there is before it: in a folder of its own the folder or file "target", beside it and in it what else a user may have there.
/// </summary>
/// <param name="Prepare">Makes the state before; it is given the folder.</param>
/// <param name="Exchange">Does the exchange; it is given the folder.</param>
internal sealed record ExchangeCase(Action<string> Prepare, Action<string> Exchange)
{
    /// <summary>The exchanges of a folder, a file and a deletion, with and without files of others.</summary>
    public static IReadOnlyDictionary<string, ExchangeCase> All { get; } = new Dictionary<string, ExchangeCase>
    {
        ["a new folder"] = new(_ => { }, folder => Write(folder, Second)),
        ["a folder that exists and is empty"] = new(folder => Directory.CreateDirectory(Target(folder)), folder => Write(folder, Second)),
        ["a folder written before"] = new(folder => Write(folder, First), folder => Write(folder, Second)),
        ["a folder written before, with files of others"] = new(WriteAmongOthers, folder => Write(folder, Second)),
        ["a folder with files of others alone"] = new(AddOthers, folder => Write(folder, Second)),
        ["a folder with another part"] = new(
            folder =>
            {
                Write(folder, First);
                AtomicFolder.Write(Target(folder), path => File.WriteAllText(Path.Combine(path, "other-part"), "stays"), "other");
            },
            folder => Write(folder, Second)),
        ["a folder with links"] = new(
            folder =>
            {
                Write(folder, First);
                Directory.CreateDirectory(Path.Combine(folder, "elsewhere"));
                File.Move(Path.Combine(Target(folder), "config"), Path.Combine(folder, "elsewhere", "linked"));
                File.CreateSymbolicLink(Path.Combine(Target(folder), "config"), Path.Combine("..", "elsewhere", "linked"));
            },
            folder => Write(folder, Second)),
        ["a new file"] = new(folder => File.WriteAllText(Path.Combine(folder, "notes"), "mine"), folder => AtomicFile.WriteText(Target(folder), "second")),
        ["a file that exists"] = new(folder => File.WriteAllText(Target(folder), "first"), folder => AtomicFile.WriteText(Target(folder), "second")),
        ["deleting a folder"] = new(folder => Write(folder, First), folder => AtomicFolder.Delete(Target(folder))),
        ["deleting a folder that was there before"] = new(
            folder =>
            {
                Directory.CreateDirectory(Target(folder));
                Write(folder, First);
            },
            folder => AtomicFolder.Delete(Target(folder))),
        ["deleting a folder with files of others"] = new(WriteAmongOthers, folder => AtomicFolder.Delete(Target(folder))),
    };

    /// <summary>What is exchanged, in the folder of a case.</summary>
    public static string Target(string folder) => Path.Combine(folder, "target");

    /// <summary>Writes the older files, of which one will go.</summary>
    public static void First(string path)
    {
        File.WriteAllText(Path.Combine(path, "config"), "first");
        File.WriteAllText(Path.Combine(path, "tensors"), new string('1', 1000));
        Directory.CreateDirectory(Path.Combine(path, "old-templates", "deep"));
        File.WriteAllText(Path.Combine(path, "old-templates", "deep", "a"), "first");
        Directory.CreateDirectory(Path.Combine(path, "templates"));
        File.WriteAllText(Path.Combine(path, "templates", "a"), "first");
    }

    /// <summary>Writes the newer files, of which one is new.</summary>
    public static void Second(string path)
    {
        File.WriteAllText(Path.Combine(path, "config"), "second");
        File.WriteAllText(Path.Combine(path, "tensors"), new string('2', 1000));
        Directory.CreateDirectory(Path.Combine(path, "templates"));
        File.WriteAllText(Path.Combine(path, "templates", "a"), "second");
        Directory.CreateDirectory(Path.Combine(path, "new-templates"));
        File.WriteAllText(Path.Combine(path, "new-templates", "b"), "second");
    }

    private static void Write(string folder, Action<string> fill) => AtomicFolder.Write(Target(folder), fill);

    private static void WriteAmongOthers(string folder)
    {
        AddOthers(folder);
        Write(folder, First);
        File.WriteAllText(Path.Combine(Target(folder), "old-templates", "mine"), "mine too");
    }

    private static void AddOthers(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "beside"), "mine");
        Directory.CreateDirectory(Path.Combine(Target(folder), "my-folder"));
        File.WriteAllText(Path.Combine(Target(folder), "notes"), "mine");
        File.WriteAllText(Path.Combine(Target(folder), "my-folder", "b"), "mine");
    }
}
