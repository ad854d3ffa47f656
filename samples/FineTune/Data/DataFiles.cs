using System.Text.RegularExpressions;

namespace FineTune.Data;

/// <summary>
/// Reads the user's data: a <c>.txt</c> or <c>.md</c> file, whose paragraphs (what stands between blank lines) are the
/// texts; a <c>.jsonl</c> file, each line a text or a conversation; or a folder of such files, read in the order of their
/// paths.
/// </summary>
internal static partial class DataFiles
{
    private static readonly string[] s_textExtensions = [".txt", ".md"];

    /// <summary>Reads a file or a folder.</summary>
    /// <param name="path">The file or folder.</param>
    /// <exception cref="UserException">It is not there, holds nothing to learn, or is malformed; the message names file and line.</exception>
    public static Corpus Read(string path)
    {
        List<string> texts = [];
        List<Conversation> conversations = [];
        foreach (string file in FilesAt(path))
        {
            if (IsText(file))
                texts.AddRange(Paragraphs(File.ReadAllText(file)));
            else
                JsonLines.Read(file, texts, conversations);
        }

        if (texts.Count + conversations.Count == 0)
            throw new UserException($"--data {path}: there is no text in it.");
        return new Corpus(path, texts, conversations);
    }

    private static string[] FilesAt(string path)
    {
        if (File.Exists(path))
            return IsReadable(path) ? [path] : throw new UserException($"--data {path}: the file's name must end in .txt, .md or .jsonl.");
        if (!Directory.Exists(path))
            throw new UserException($"--data {path}: there is no such file or folder.");
        string[] files = [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsReadable).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new UserException($"--data {path}: the folder holds no .txt, .md or .jsonl file.");
    }

    private static bool IsReadable(string file) => IsText(file) || HasExtension(file, ".jsonl");

    private static bool IsText(string file) => s_textExtensions.Any(extension => HasExtension(file, extension));

    private static bool HasExtension(string file, string extension) => Path.GetExtension(file).Equals(extension, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Paragraphs(string text) =>
        BlankLines().Split(text.ReplaceLineEndings("\n")).Select(paragraph => paragraph.Trim('\n')).Where(paragraph => !string.IsNullOrWhiteSpace(paragraph));

    [GeneratedRegex(@"\n[ \t]*(?:\n[ \t]*)+")]
    private static partial Regex BlankLines();
}
