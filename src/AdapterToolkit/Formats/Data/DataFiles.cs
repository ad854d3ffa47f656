using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AdapterToolkit.Formats;

/// <summary>
/// Reads training data: a <c>.txt</c> or <c>.md</c> file, which is one text; a <c>.jsonl</c> file, each line of which is an
/// object with <c>text</c>, or with <c>messages</c> (a conversation); or a folder of such files.
/// </summary>
/// <remarks>
/// Files are UTF-8, with or without a byte order mark. A text of a file keeps every character; its line breaks (<c>\n</c>, <c>\r\n</c>, <c>\r</c>) become
/// <c>\n</c>. A conversation may also have <c>tools</c>, a list, and <c>chat_template_kwargs</c>, an object with further variables of the chat template; other
/// properties of a line are left unread. Its messages have <c>role</c> and <c>content</c>, and whatever else the chat template takes (<c>tool_calls</c>,
/// <c>reasoning_content</c>, ...). An answer with a <c>weight</c> of 0 is read and not learned.
/// </remarks>
public static class DataFiles
{
    private const string JsonLinesExtension = ".jsonl";

    private static readonly string[] s_textExtensions = [".txt", ".md"];

    /// <summary>Reads a file, or all files of a folder and its subfolders in the order of their paths.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="logger">Is told which files are read, and which of a folder are not; null for nobody.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="DataFileException">A file is not there, is no plain file, is not UTF-8 or is malformed; the message names file and line.</exception>
    /// <exception cref="OperationCanceledException">The reading was stopped.</exception>
    public static DataFileContents Read(string path, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        logger ??= NullLogger.Instance;
        (IReadOnlyList<string> files, IReadOnlyList<string> leftOut) = FilesAt(path, cancellationToken);
        if (leftOut.Count > 0)
            DataFilesLog.FilesAreLeftOut(logger, path, leftOut.Count, leftOut[0]);
        List<DataText> texts = [];
        List<Conversation> conversations = [];
        foreach (string file in files)
        {
            if (IsText(file))
                texts.Add(new DataText(TextFile.Read(file, cancellationToken), file, IsWholeFile: true));
            else
                JsonLines.Read(file, texts, conversations, logger, cancellationToken);
            DataFilesLog.FileIsRead(logger, file, texts.Count, conversations.Count);
        }

        return new DataFileContents(texts, conversations) { Files = files, FilesLeftOut = leftOut };
    }

    private static (IReadOnlyList<string> Files, IReadOnlyList<string> LeftOut) FilesAt(string path, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path))
        {
            DataFileStream.RefuseUnlessFile(path, "file or folder");
            return IsData(path) ? ([path], []) : throw new DataFileException(path, "the file's name must end in .txt, .md or .jsonl.");
        }

        ILookup<bool, string> files = DataFolder.FilesOf(path, cancellationToken).Order(StringComparer.Ordinal).ToLookup(IsData);
        return files.Contains(true)
            ? ([.. files[true]], [.. files[false]])
            : throw new DataFileException(path, "the folder holds no .txt, .md or .jsonl file.");
    }

    private static bool IsData(string file) => IsText(file) || HasExtension(file, JsonLinesExtension);

    private static bool IsText(string file) => s_textExtensions.Any(extension => HasExtension(file, extension));

    private static bool HasExtension(string file, string extension) => Path.GetExtension(file).Equals(extension, StringComparison.OrdinalIgnoreCase);
}
