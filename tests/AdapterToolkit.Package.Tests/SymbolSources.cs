using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Text.Json;

namespace AdapterToolkit.Package.Tests;

/// <summary>Where a debugger finds the sources of an assembly, as its symbols say: published (SourceLink) or embedded.</summary>
/// <param name="Documents">The source files.</param>
internal sealed record SymbolSources(ImmutableArray<SourceDocument> Documents)
{
    private static readonly Guid s_sourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");
    private static readonly Guid s_embeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    /// <summary>Reads portable symbols.</summary>
    /// <param name="symbols">The bytes of the file.</param>
    public static SymbolSources Read(byte[] symbols)
    {
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbImage([.. symbols]);
        MetadataReader reader = provider.GetMetadataReader();
        Dictionary<string, string> published = [];
        HashSet<DocumentHandle> embedded = [];
        foreach (CustomDebugInformation information in reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation))
        {
            Guid kind = reader.GetGuid(information.Kind);
            if (kind == s_sourceLink)
                published = JsonDocument.Parse(reader.GetBlobBytes(information.Value)).RootElement.GetProperty("documents")
                    .EnumerateObject().ToDictionary(entry => entry.Name.TrimEnd('*'), entry => entry.Value.GetString()!.TrimEnd('*'));
            else if (kind == s_embeddedSource)
                embedded.Add((DocumentHandle)information.Parent);
        }

        return new SymbolSources([.. reader.Documents.Select(handle =>
        {
            string name = reader.GetString(reader.GetDocument(handle).Name);
            string? root = published.Keys.FirstOrDefault(root => name.StartsWith(root, StringComparison.Ordinal));
            return new SourceDocument(name, root is null ? null : published[root] + name[root.Length..], embedded.Contains(handle));
        })]);
    }

    /// <summary>The address of the one file whose name ends in a text.</summary>
    public string UrlOf(string ending) =>
        Documents.Single(document => document.Name.EndsWith(ending, StringComparison.Ordinal)).Url
            ?? throw new InvalidOperationException($"{ending} is not published.");
}

/// <summary>A source file of an assembly.</summary>
/// <param name="Name">Its path, as the symbols have it.</param>
/// <param name="Url">Where it is published; null where it is not.</param>
/// <param name="IsEmbedded">Whether its text lies in the symbols.</param>
internal sealed record SourceDocument(string Name, string? Url, bool IsEmbedded);
