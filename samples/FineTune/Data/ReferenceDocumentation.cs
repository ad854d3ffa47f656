using AdapterToolkit.Formats;

namespace FineTune.Data;

/// <summary>
/// The text that the program learns where the user gives none: the System.Xml documentation of the reference pack that the
/// program was compiled against, which the build puts beside it.
/// </summary>
internal static class ReferenceDocumentation
{
    private const string FolderName = "reference-documentation";

    /// <summary>The prompt that shows what was learned.</summary>
    private const string Prompt = "Reads the content of the current";

    /// <summary>Reads the documentation.</summary>
    /// <exception cref="UserException">It is not beside the program.</exception>
    public static Corpus Read()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, FolderName);
        string[] files = Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "System.Xml*.xml").Order(StringComparer.Ordinal)] : [];
        DataText[] texts = [.. DocumentationText.FromFiles(files).Select(text => new DataText(text, folder, IsWholeFile: false))];
        return texts.Length > 0
            ? new Corpus("System.Xml documentation of the .NET reference pack", texts, []) { Prompt = Prompt }
            : throw new UserException($"{folder}: the documentation of System.Xml is not there. "
                + "Build the program with a .NET SDK that has its reference pack, or name a text with --data.");
    }
}
