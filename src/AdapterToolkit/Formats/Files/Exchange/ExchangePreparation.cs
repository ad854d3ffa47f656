namespace AdapterToolkit.Formats;

/// <summary>Makes of a filled hidden folder one that can count: checks what its files replace, and adds manifest and plan.</summary>
/// <param name="root">The folder whose files are exchanged.</param>
/// <param name="staging">The filled folder.</param>
/// <param name="part">The part that is exchanged.</param>
internal sealed class ExchangePreparation(string root, string staging, string part)
{
    /// <summary>The files to be replaced that have further hard links.</summary>
    public List<string> HardLinks { get; } = [];

    /// <summary>Checks, writes manifest and plan, and flushes all.</summary>
    /// <param name="journal">Where names of temporary files in other folders are noted.</param>
    /// <exception cref="CheckpointException">Something stands in the way that was not written by this program.</exception>
    public ExchangePlan Prepare(LockFile journal)
    {
        FolderContent content = FolderContent.Flush(staging);
        ManifestContent manifest = ManifestContent.Read(root) ?? ManifestContent.Nothing;
        Ownership ownership = new(root, manifest);
        ExchangePlan plan = ExchangePlan.Nothing;
        foreach (string name in content.Folders)
        {
            if (ownership.IsFree(name))
                plan.Folders.Add(name);
        }

        Dictionary<string, FileProof> replaced = new(StringComparer.Ordinal);
        foreach (string name in content.Files.Keys)
        {
            if (ownership.Claim(name, part) is { } old)
                replaced.Add(name, old);
        }

        foreach (string name in content.Files.Keys)
            plan.Files.Add(name, replaced.TryGetValue(name, out FileProof old) ? new PlannedFile(old, Replace(name, journal)) : default);
        foreach ((string name, FileProof proof) in manifest.FilesOf(part))
        {
            if (!content.Files.ContainsKey(name) && ownership.IsOurs(name, proof))
                plan.Removed.Add(name, proof);
        }

        ManifestContent renewed = Renew(manifest, content, plan);
        if (renewed.Files.Count > 0)
            renewed.Write(Path.Combine(staging, FolderManifest.FileName));
        else
            plan = plan with { RemovesManifest = true };
        plan.Write(Path.Combine(staging, ReservedNames.Plan));
        FileOperations.Flush(staging);
        return plan;
    }

    /// <summary>
    /// Prepares a file for a place where there is one: it gets its permissions, and, where the place is a link, waits beside the link's target.
    /// </summary>
    /// <returns>The name under which it waits there; null where the place is no link.</returns>
    private string? Replace(string name, LockFile journal)
    {
        string place = Path.Combine(root, name), target = FileStatus.FinalTarget(place)!, source = Path.Combine(staging, name);
        if (FileStatus.Of(target).Links > 1)
            HardLinks.Add(target);
        if (target == place)
        {
            FileOperations.CopyMode(target, source);
            return null;
        }

        string elsewhere = ReservedNames.Elsewhere(), waiting = Path.Combine(Path.GetDirectoryName(target)!, elsewhere);
        journal.Add(waiting);
        FileOperations.Copy(source, waiting);
        FileOperations.CopyMode(target, waiting);
        FileOperations.Flush(Path.GetDirectoryName(target)!);
        return elsewhere;
    }

    private ManifestContent Renew(ManifestContent manifest, FolderContent content, ExchangePlan plan)
    {
        ManifestContent renewed = ManifestContent.Nothing with { FolderCreated = manifest.FolderCreated };
        foreach ((string name, ManifestFile file) in manifest.Files.Where(file => file.Value.Part != part))
            renewed.Files.Add(name, file);
        foreach ((string name, FileProof proof) in content.Files)
            renewed.Files.Add(name, new ManifestFile(part, proof));
        renewed.Folders.UnionWith(plan.Folders);
        foreach (string folder in manifest.Folders.Reverse())
        {
            if (content.Folders.Contains(folder) || renewed.Files.Keys.Any(name => name.StartsWith(folder + "/", StringComparison.Ordinal)))
                renewed.Folders.Add(folder);
            else
                plan.EmptiedFolders.Add(folder);
        }

        return renewed;
    }
}
