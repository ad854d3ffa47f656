using System.Text.RegularExpressions;
using AdapterToolkit.Formats;

namespace AdapterToolkit.Tests.Mutations.Readers;

/// <summary>
/// The checkpoint of a training whose list of files was made to fit the damaged ones: the hashes are right, and the files must be checked for what they say.
/// </summary>
internal sealed class SealedCheckpointReader : TrainingCheckpointReader
{
    /// <inheritdoc/>
    public override bool Damages(string name) => name != FolderManifest.FileName;

    /// <inheritdoc/>
    public override void Prepare(string folder)
    {
        string manifest = Path.Combine(folder, FolderManifest.FileName);
        string text = File.ReadAllText(manifest);
        foreach ((string name, byte[] undamaged) in Seeds[0])
        {
            FileInfo file = new(Path.Combine(folder, name));
            if (!Damages(name) || !file.Exists || file.LinkTarget is not null || file.Length == 0)
                continue;
            FileProof before = Proof(undamaged), now = FileProof.Of(file.FullName);
            text = Regex.Replace(text, $"\"length\": {before.Length},\\s*\"xxh128\": \"{before.Hash}\"",
                $"\"length\": {now.Length}, \"xxh128\": \"{now.Hash}\"");
        }

        File.WriteAllText(manifest, text);
    }

    private static FileProof Proof(byte[] bytes)
    {
        using Support.TemporaryFolder folder = new();
        File.WriteAllBytes(folder["file"], bytes);
        return FileProof.Of(folder["file"]);
    }
}
