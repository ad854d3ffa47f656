using Microsoft.Extensions.Logging;

namespace AdapterToolkit.Formats;

/// <summary>What the reading of training data tells a logger.</summary>
internal static partial class DataFilesLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Read {File}: {Texts} texts and {Conversations} conversations so far")]
    public static partial void FileIsRead(ILogger logger, string file, int texts, int conversations);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reading {File}: {Megabytes} MB of {AllMegabytes} MB")]
    public static partial void FileIsBeingRead(ILogger logger, string file, long megabytes, long allMegabytes);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Folder}: {Count} files are not read, since their names do not end in .txt, .md or .jsonl; the first is {First}")]
    public static partial void FilesAreLeftOut(ILogger logger, string folder, int count, string first);
}
