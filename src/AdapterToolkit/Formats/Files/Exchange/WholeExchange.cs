namespace AdapterToolkit.Formats;

/// <summary>
/// Exchanges by one rename what can be: a file, or a folder that does not exist yet or goes as a whole. What is temporary has hidden names beside it, and the
/// journal too.
/// </summary>
/// <param name="target">The file or folder, in full; no link.</param>
internal sealed class WholeExchange(string target)
{
    private readonly string _folder = Path.GetDirectoryName(target)!;
    private readonly string _journal = ReservedNames.JournalBeside(target);
    private readonly string _new = ReservedNames.NewBeside(target);
    private readonly string _old = ReservedNames.OldBeside(target);

    /// <summary>Creates or replaces a file, whoever wrote the old one.</summary>
    /// <param name="write">Writes the content.</param>
    /// <returns>Whether the old one had further hard links.</returns>
    public bool WriteFile(Action<Stream> write)
    {
        FileOperations.CreateFolders(_folder);
        bool hardLinks = false;
        Run(_new, () =>
        {
            FileOperations.Create(_new, write);
            FileStatus old = FileStatus.Of(target);
            hardLinks = old.Links > 1;
            if (old.Kind == FileKind.File)
                FileOperations.CopyMode(target, _new);
            else if (old.Kind != FileKind.Missing)
                throw NoFile(target);
            FileOperations.Move(_new, target);
            return true;
        });
        return hardLinks;
    }

    /// <summary>Creates a folder with its files.</summary>
    /// <param name="part">What the files are a part of.</param>
    /// <param name="fill">Writes the files.</param>
    /// <returns>Whether it was created; false where another has done so in the meantime.</returns>
    public bool CreateFolder(string part, Action<string> fill)
    {
        FileOperations.CreateFolders(_folder);
        return Run(_new, () =>
        {
            if (FileStatus.Of(target).Kind != FileKind.Missing)
                return false;
            FileOperations.CreateFolder(_new);
            StagingFolders.Fill(_new, fill);
            FolderContent content = FolderContent.Flush(_new);
            ManifestContent manifest = ManifestContent.Nothing with { FolderCreated = true };
            manifest.Folders.UnionWith(content.Folders);
            foreach ((string name, FileProof proof) in content.Files)
                manifest.Files.Add(name, new ManifestFile(part, proof));
            manifest.Write(Path.Combine(_new, FolderManifest.FileName));
            FileOperations.Flush(_new);
            FileOperations.MoveFolder(_new, target);
            return true;
        });
    }

    /// <summary>Deletes a folder that was created with its files, where it holds nothing else.</summary>
    /// <param name="part">What all its files are a part of.</param>
    /// <returns>Whether it is gone; false where it holds anything else, or can't be renamed.</returns>
    public bool DeleteFolder(string part)
    {
        if (ManifestContent.Read(target) is not { FolderCreated: true } manifest || !HoldsOnly(target, "", part, manifest))
            return false;
        try
        {
            return Run(_old, () =>
            {
                FileOperations.MoveFolder(target, _old);
                FileOperations.Flush(_folder);
                DeleteOld();
                return true;
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException && FileStatus.Of(target).Kind == FileKind.Folder)
        {
            // A mounted folder can't be renamed, nor one in a folder that is closed for writing.
            return false;
        }
    }

    /// <summary>Brings to its end, or undoes, what a process that has ended left.</summary>
    public void Recover()
    {
        if (FileStatus.Of(_journal).Kind == FileKind.Missing)
            return;
        try
        {
            using LockFile? journal = LockFile.TryAcquire(_journal);
            if (journal is null)
                return;
            Recover(journal);
            journal.Delete();
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or (IOException and not CheckpointException))
        {
            // Whoever reads has a whole file or folder, or none; cleaning is for those who may write here.
        }
    }

    /// <summary>The error for what is no file and can't be replaced by one.</summary>
    public static CheckpointException NoFile(string path) =>
        new(path, "a file is to be written here, but what stands there is no file. Move it away, or choose another name.");

    private bool Run(string temporary, Func<bool> exchange)
    {
        using LockFile journal = LockFile.Acquire(_journal, FolderExchange.LongestWait);
        Recover(journal);
        bool done;
        try
        {
            journal.Begin();
            if (FileStatus.Of(temporary).Kind != FileKind.Missing)
                throw Ownership.ForeignAtReservedName(temporary);
            journal.Add(Path.GetFileName(temporary));
            done = exchange();
            FileOperations.Flush(_folder);
        }
        catch
        {
            TryRecover(journal);
            throw;
        }

        journal.Delete();
        return done;
    }

    private void TryRecover(LockFile journal)
    {
        try
        {
            Recover(journal);
            journal.Delete();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The error that led here says more. The journal stays, and the next one who comes tries again.
        }
    }

    private void Recover(LockFile journal)
    {
        if (journal.Names.Contains(Path.GetFileName(_new)))
            FileOperations.DeleteAll(_new);
        if (journal.Names.Contains(Path.GetFileName(_old)) && FileStatus.Of(_old).Kind == FileKind.Folder)
            DeleteOld();
        FileOperations.Flush(_folder);
    }

    /// <summary>Deletes what the folder's manifest proves, the manifest last. Should a file of another's have come in, it goes back to its place.</summary>
    private void DeleteOld()
    {
        if (ManifestContent.Read(_old) is { } manifest)
        {
            foreach ((string name, ManifestFile file) in manifest.Files)
            {
                if (Ownership.IsOurs(_old, name, file.Proof))
                    FileOperations.Delete(Path.Combine(_old, name));
            }

            foreach (string path in manifest.Folders.Reverse().Select(name => Path.Combine(_old, name)))
            {
                if (FileStatus.Of(path).Kind == FileKind.Folder && !Directory.EnumerateFileSystemEntries(path).Any())
                    FileOperations.DeleteFolder(path);
            }

            FileOperations.Delete(Path.Combine(_old, FolderManifest.FileName));
        }

        if (!Directory.EnumerateFileSystemEntries(_old).Any())
            FileOperations.DeleteFolder(_old);
        else if (FileStatus.Of(target).Kind == FileKind.Missing)
            FileOperations.MoveFolder(_old, target);
    }

    private static bool HoldsOnly(string folder, string prefix, string part, ManifestContent manifest)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(folder))
        {
            string name = prefix + Path.GetFileName(path);
            bool ours = FileStatus.Of(path).Kind switch
            {
                FileKind.File => name == FolderManifest.FileName
                    || (manifest.Files.TryGetValue(name, out ManifestFile file) && file.Part == part && file.Proof.Matches(path)),
                FileKind.Folder => manifest.Folders.Contains(name) && HoldsOnly(path, name + "/", part, manifest),
                _ => false,
            };
            if (!ours)
                return false;
        }

        return true;
    }
}
