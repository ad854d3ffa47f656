namespace AdapterToolkit.Formats;

/// <summary>What files of training data hold.</summary>
/// <param name="Texts">The texts, in the order of the files and their lines.</param>
/// <param name="Conversations">The conversations, in the same order.</param>
public sealed record DataFileContents(IReadOnlyList<DataText> Texts, IReadOnlyList<Conversation> Conversations)
{
    /// <summary>The files that were read.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>The files of the folder that were not read, since their names end in nothing that is known.</summary>
    public required IReadOnlyList<string> FilesLeftOut { get; init; }
}
