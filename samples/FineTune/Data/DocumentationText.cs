using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace FineTune.Data;

/// <summary>Takes the plain texts out of the XML documentation that compilers write.</summary>
internal static partial class DocumentationText
{
    private const int ShortestText = 20;
    private const int LongestText = 1500;

    private static readonly HashSet<string> s_describingElements = ["summary", "remarks", "returns", "exception", "param"];

    private static readonly string[] s_namingAttributes = ["cref", "name", "langword"];

    /// <summary>
    /// The texts of documentation files, in the files' order: of every element that describes something, its inner text
    /// with white space collapsed, where that has 20 to 1500 characters. Each distinct text comes once.
    /// </summary>
    /// <param name="files">The files.</param>
    /// <exception cref="UserException">A file is no XML.</exception>
    public static IReadOnlyList<string> FromFiles(IEnumerable<string> files)
    {
        List<string> texts = [];
        HashSet<string> seen = [];
        foreach (string file in files)
        {
            foreach (string text in FromDocument(Load(file)))
            {
                if (text.Length is >= ShortestText and <= LongestText && seen.Add(text))
                    texts.Add(text);
            }
        }

        return texts;
    }

    /// <summary>The texts of one document, of any length, repeated ones included.</summary>
    /// <param name="document">The document.</param>
    public static IEnumerable<string> FromDocument(XDocument document) =>
        document.Descendants()
            .Where(element => s_describingElements.Contains(element.Name.LocalName))
            .Select(element => CollapseWhiteSpace(InnerText(element)));

    /// <summary>
    /// The text in an element, without tags. A tag that names something, by <c>cref</c>, <c>name</c> or <c>langword</c>,
    /// leaves the last part of that name: <c>&lt;see cref="T:System.Xml.XmlReader" /&gt;</c> leaves XmlReader.
    /// </summary>
    private static string InnerText(XElement element)
    {
        StringBuilder text = new();
        foreach (XNode node in element.Nodes())
        {
            if (node is XText characters)
                text.Append(characters.Value);
            else if (node is XElement inner)
                text.Append(LastName(inner)).Append(InnerText(inner));
        }

        return text.ToString();
    }

    /// <summary>The last part of the dotted name that a tag holds, without a method's parameters; empty where it holds none.</summary>
    private static string LastName(XElement element) =>
        s_namingAttributes.Select(attribute => element.Attribute(attribute)?.Value).FirstOrDefault(value => value is not null) is { } name
            ? name.Split('(')[0].Split('.')[^1]
            : "";

    private static string CollapseWhiteSpace(string text) => WhiteSpace().Replace(text, " ").Trim();

    private static XDocument Load(string file)
    {
        try
        {
            return XDocument.Load(file, LoadOptions.PreserveWhitespace);
        }
        catch (XmlException exception)
        {
            throw new UserException($"{file}: is not valid XML: {exception.Message}");
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
