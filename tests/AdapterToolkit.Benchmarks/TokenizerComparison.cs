using System.Diagnostics;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared;

namespace AdapterToolkit.Benchmarks;

/// <summary>
/// Long words without spaces beside Hugging Face's own tokenizers (in Rust), each side in a process of its own, in turn.
/// A process loads the tokenizer and encodes one text; its whole time counts.
/// </summary>
internal static class TokenizerComparison
{
    /// <summary>The verb that starts one side in a process of its own.</summary>
    public const string SideVerb = "tokenize";

    /// <summary>Our side.</summary>
    public const string Ours = "ours";

    /// <summary>Hugging Face's side.</summary>
    public const string Theirs = "theirs";

    private const int Letters = 200_000;
    private const double Asked = 2;

    /// <summary>The texts, by name: one letter repeated, and the four letters of DNA at random.</summary>
    public static IReadOnlyDictionary<string, Func<string>> Texts { get; } = new Dictionary<string, Func<string>>
    {
        ["U+4E2D"] = () => new string('\u4E2D', Letters),
        ["DNA"] = () =>
        {
            Random random = new(1);
            return string.Concat(Enumerable.Range(0, Letters).Select(_ => "ACGT"[random.Next(4)]));
        },
    };

    private static string DefaultFile => Path.Combine(SolutionFolder.Find(), "samples", "FineTune", "base-model", ModelTokenizer.FileName);

    /// <summary>Compares both sides.</summary>
    /// <param name="file">The tokenizer.json; null for the sample's.</param>
    /// <param name="rounds">How often each side has its turn; its best round counts.</param>
    public static void Run(string? file, int rounds)
    {
        ReportTable table = new($"{Letters} letters of", "ours, s", "Hugging Face's, s", "ratio", "asked", "");
        foreach (string text in Texts.Keys)
        {
            double ours = double.MaxValue, theirs = double.MaxValue;
            for (int round = 0; round < rounds; round++)
            {
                ours = Math.Min(ours, Time(Ours, file ?? DefaultFile, text));
                theirs = Math.Min(theirs, Time(Theirs, file ?? DefaultFile, text));
            }

            table.Add([text, ReportTable.Number(ours, "F2"), ReportTable.Number(theirs, "F2"), .. ReportTable.AtMost(ours / theirs, Asked)]);
        }

        table.Print();
    }

    /// <summary>One side: prints how many ids the text has.</summary>
    public static void RunSide(string side, string file, string text) =>
        Console.WriteLine(side == Ours
            ? ModelTokenizer.FromFile(file).Encode(Texts[text](), addSpecialTokens: true).Length
            : new Tokenizers.DotNet.Tokenizer(file).Encode(Texts[text]()).Length);

    private static double Time(string side, string file, string text)
    {
        long start = Stopwatch.GetTimestamp();
        SideProcess.RunOurs(SideVerb, side, file, text);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
