using AdapterToolkit.Formats;

namespace FineTune.Data;

/// <summary>A part of a text that trains or is held out as a whole.</summary>
/// <param name="Text">The part, with all its characters.</param>
/// <param name="Source">The number of the text.</param>
/// <param name="Number">The part's number in the text.</param>
internal sealed record Passage(string Text, int Source, int Number)
{
    /// <summary>What decides whether the passage is held out: its text without the line breaks around it.</summary>
    public string Deciding => Text.Trim('\n');

    /// <summary>The passages of texts: files of plain text are divided, others are one each, empty ones none.</summary>
    /// <param name="texts">The texts.</param>
    public static IReadOnlyList<Passage> Of(IReadOnlyList<DataText> texts)
    {
        return [.. texts.SelectMany((text, source) => PartsOf(text).Where(part => part.Length > 0)
            .Select((part, number) => new Passage(part, source, number)))];

        static IReadOnlyList<string> PartsOf(DataText text) => text.IsWholeFile ? Passages.Of(text.Text) : [text.Text];
    }

    /// <summary>Texts again: passages that follow each other in one text are joined, as they stand there.</summary>
    /// <param name="passages">Some passages, in order.</param>
    public static IReadOnlyList<string> Join(IReadOnlyList<Passage> passages)
    {
        List<List<Passage>> runs = [];
        foreach (Passage passage in passages)
        {
            if (runs is [.., [.., var last] run] && last.Source == passage.Source && last.Number + 1 == passage.Number)
                run.Add(passage);
            else
                runs.Add([passage]);
        }

        return [.. runs.Select(run => string.Concat(run.Select(passage => passage.Text)))];
    }
}
