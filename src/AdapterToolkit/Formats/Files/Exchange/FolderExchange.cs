namespace AdapterToolkit.Formats;

/// <summary>
/// Exchanges files of a folder that exists, and may hold files of others. The new files are written whole to a hidden folder in it. Renaming that
/// folder is the moment from which they count: before it, a death leaves the old ones, and the hidden folder goes; after it, what the plan in it says is
/// done to the end, by whoever comes next.
/// </summary>
internal static class FolderExchange
{
    /// <summary>How long to wait for another that writes to the same place.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>Replaces all files of a part.</summary>
    /// <param name="root">The folder; no link.</param>
    /// <param name="part">The part.</param>
    /// <param name="fill">Writes the new files; null where none are to be left.</param>
    /// <returns>The replaced files that had further hard links.</returns>
    public static List<string> Run(string root, string part, Action<string>? fill)
    {
        using LockFile journal = LockFile.Acquire(Path.Combine(root, ReservedNames.Journal), LongestWait);
        Recover(root, journal);
        string staging = Path.Combine(root, ReservedNames.Staging), ready = Path.Combine(root, ReservedNames.Ready);
        ExchangePreparation preparation = new(root, staging, part);
        ExchangePlan plan;
        try
        {
            journal.Begin();
            foreach (string path in (string[])[staging, ready])
            {
                if (FileStatus.Of(path).Kind != FileKind.Missing)
                    throw Ownership.ForeignAtReservedName(path);
            }

            journal.Add(ReservedNames.Staging);
            FileOperations.CreateFolder(staging);
            if (fill is not null)
                StagingFolders.Fill(staging, fill);
            plan = preparation.Prepare(journal);
            FileOperations.MoveFolder(staging, ready);
        }
        catch
        {
            TryUndo(root, journal);
            throw;
        }

        Finish(root, plan, checkAgain: false);
        journal.Delete();
        return preparation.HardLinks;
    }

    /// <summary>Brings to its end, or undoes, what a process that has ended left.</summary>
    /// <param name="root">The folder; no link.</param>
    /// <exception cref="CheckpointException">
    /// It can't be brought to its end: the folder can't be written, or has files that are not this program's where the new ones belong.
    /// </exception>
    public static void Recover(string root)
    {
        string path = Path.Combine(root, ReservedNames.Journal), ready = Path.Combine(root, ReservedNames.Ready);
        if (FileStatus.Of(path).Kind == FileKind.Missing)
            return;
        LockFile? journal;
        try
        {
            // One who is still writing has put nothing in place before the files count, and ends soon after.
            journal = LockFile.TryAcquire(path);
            if (journal is null && FileStatus.Of(ready).Kind != FileKind.Missing)
                journal = LockFile.Acquire(path, LongestWait);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or (IOException and not CheckpointException))
        {
            if (FileStatus.Of(ready).Kind == FileKind.Missing)
                return;
            const string problem =
                "putting new files in place was interrupted here, and the folder can't be written to end it. Make it writable, or use a copy that is.";
            throw new CheckpointException(root, problem, innerException: exception);
        }

        if (journal is null)
            return;
        using (journal)
        {
            Recover(root, journal);
            journal.Delete();
        }
    }

    private static void Recover(string root, LockFile journal)
    {
        if (!journal.Names.Contains(ReservedNames.Staging))
            return;
        string ready = Path.Combine(root, ReservedNames.Ready), plan = Path.Combine(ready, ReservedNames.Plan);
        if (FileStatus.Of(ready).Kind != FileKind.Folder)
            Undo(root, journal);
        else if (FileStatus.Of(plan).Kind == FileKind.Missing)
            FileOperations.DeleteAll(ready);
        else
            Finish(root, ExchangePlan.Read(plan), checkAgain: true);
    }

    private static void TryUndo(string root, LockFile journal)
    {
        try
        {
            Undo(root, journal);
            journal.Delete();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The error that led here says more. The journal stays, and the next one who comes tries again.
        }
    }

    /// <summary>Deletes what the journal lists. A name that this program does not make is not deleted: the folder may come from anywhere.</summary>
    private static void Undo(string root, LockFile journal)
    {
        foreach (string name in journal.Names)
        {
            if (name == ReservedNames.Staging)
                FileOperations.DeleteAll(Path.Combine(root, name));
            else if (Path.IsPathFullyQualified(name) && ReservedNames.IsElsewhere(Path.GetFileName(name)) && FileStatus.Of(name).Kind == FileKind.File)
                FileOperations.Delete(name);
        }

        FileOperations.Flush(root);
    }

    private static void Finish(string root, ExchangePlan plan, bool checkAgain)
    {
        string ready = Path.Combine(root, ReservedNames.Ready);
        FileOperations.Flush(root);
        foreach (string name in plan.Folders.Where(name => FileStatus.Of(Path.Combine(root, name)).Kind == FileKind.Missing))
            FileOperations.CreateFolder(Path.Combine(root, name));
        HashSet<string> changed = new(StringComparer.Ordinal);
        foreach ((string name, PlannedFile file) in plan.Files)
        {
            string place = Path.Combine(root, name);
            string? target = file.Elsewhere is null ? place : FileStatus.FinalTarget(place);
            string source = file.Elsewhere is null || target is null ? Path.Combine(ready, name) : Path.Combine(Path.GetDirectoryName(target)!, file.Elsewhere);
            if (target is null || FileStatus.Of(source).Kind != FileKind.File)
                continue;
            if (checkAgain)
                CheckAgain(root, name, file);
            FileOperations.Move(source, target);
            changed.Add(Path.GetDirectoryName(target)!);
        }

        foreach ((string name, FileProof proof) in plan.Removed)
        {
            if (checkAgain && !Ownership.IsOurs(root, name, proof))
                continue;
            FileOperations.Delete(Path.Combine(root, name));
            changed.Add(Path.GetDirectoryName(Path.Combine(root, name))!);
        }

        foreach (string path in plan.EmptiedFolders.Select(name => Path.Combine(root, name)))
        {
            if (FileStatus.Of(path).Kind != FileKind.Folder || Directory.EnumerateFileSystemEntries(path).Any())
                continue;
            FileOperations.DeleteFolder(path);
            changed.Remove(path);
        }

        foreach (string folder in changed.Where(folder => folder != root))
            FileOperations.Flush(folder);
        FinishManifest(root, ready, plan);
        FileOperations.Flush(root);
        FileOperations.Delete(Path.Combine(ready, ReservedNames.Plan));
        FileOperations.DeleteAll(ready);
        FileOperations.Flush(root);
    }

    /// <summary>The manifest comes last: it proves all files that it lists.</summary>
    private static void FinishManifest(string root, string ready, ExchangePlan plan)
    {
        string manifest = Path.Combine(root, FolderManifest.FileName), renewed = Path.Combine(ready, FolderManifest.FileName);
        if (plan.RemovesManifest)
            FileOperations.Delete(manifest);
        else if (FileStatus.Of(renewed).Kind == FileKind.File)
            FileOperations.Move(renewed, manifest);
    }

    /// <summary>Since the process died, someone may have put files of their own in place.</summary>
    private static void CheckAgain(string root, string name, PlannedFile file)
    {
        string path = Path.Combine(root, name);
        for (int end = name.IndexOf('/'); end >= 0; end = name.IndexOf('/', end + 1))
        {
            if (FileStatus.Of(Path.Combine(root, name[..end])).Kind != FileKind.Folder)
                throw Ownership.Foreign(Path.Combine(root, name[..end]), "stands where a folder is to be written");
        }

        bool free = FileStatus.Of(path).Kind == FileKind.Missing && file.Elsewhere is null;
        if (!free && file.Old?.Matches(path) != true)
            throw Ownership.Foreign(path, "has come here while new files were being put in place and the process ended");
    }
}
