using System.Diagnostics;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints.Data;

/// <summary>Which files are read, which are refused, and that each text is the one of its file.</summary>
public sealed class DataFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("code.txt", "def f(x):\n    a = x + 1\n\n    b = a * 2\n    return b\n")]
    [InlineData("code.md", "Intro.\n\n```csharp\nint a = 1;\n\nint b = 2;\n```\n\n- item\n\n    indented\n")]
    [InlineData("separators.txt", "One page\fnext page.\u2028Line two\u2029para\u0085nel\nend")]
    public void A_file_of_plain_text_is_one_text_with_every_character(string name, string expected)
    {
        DataText text = Assert.Single(Read(Case("06-text-files-lose-indentation-and-separators", name)).Texts);

        Assert.Equal(expected, text.Text);
        Assert.True(text.IsWholeFile);
    }

    [Theory]
    [InlineData("a\r\nb\rc\nd", "a\nb\nc\nd")]
    [InlineData("\n\n  a\t\r\n\r\n\r\n \r\n b \v\u00a0\u001c\u3000\n\n", "\n\n  a\t\n\n\n \n b \v\u00a0\u001c\u3000\n\n")]
    [InlineData("\uFEFFa\uFEFFb", "a\uFEFFb")]
    [InlineData("\uFEFF", "")]
    [InlineData("e\u0301 \U0001F600 \uFFFD\0", "e\u0301 \U0001F600 \uFFFD\0")]
    public void Only_line_breaks_change_and_the_byte_order_mark_goes(string written, string expected) =>
        Assert.Equal(expected, Assert.Single(Read(Write("a.txt", written)).Texts).Text);

    [Fact]
    public void A_folder_is_read_in_the_order_of_its_paths_and_says_what_is_left_out()
    {
        Write("b.txt", "second");
        Write("a.MD", "first");
        Write("c.bin", "left out");
        Directory.CreateDirectory(_folder["d"]);
        Write(Path.Combine("d", "e.jsonl"), """{"text": "third"}""");
        ListLogger logger = new();

        DataFileContents contents = Read(_folder.Path, logger);

        Assert.Equal(["first", "second", "third"], contents.Texts.Select(text => text.Text));
        Assert.Equal([_folder["a.MD"], _folder["b.txt"], Path.Combine(_folder["d"], "e.jsonl")], contents.Files);
        Assert.Equal([_folder["c.bin"]], contents.FilesLeftOut);
        Assert.Contains("c.bin", Assert.Single(logger.Entries, entry => entry.Level == LogLevel.Warning).Text, StringComparison.Ordinal);
        Assert.Equal(3, logger.Entries.Count(entry => entry.Level == LogLevel.Information));
    }

    [Theory]
    [InlineData("missing.txt", "there is no such file or folder")]
    [InlineData("a.csv", "must end in .txt, .md or .jsonl")]
    [InlineData(".", "holds no .txt, .md or .jsonl file")]
    public void What_is_no_data_is_refused_by_name(string name, string problem)
    {
        if (name == "a.csv")
            Write(name, "a");

        DataFileException error = Refused(Path.Combine(_folder.Path, name));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(Path.Combine(_folder.Path, name), error.FilePath);
    }

    [Fact]
    public void An_empty_file_is_an_empty_text_or_nothing()
    {
        Assert.Equal("", Assert.Single(Read(Write("a.txt", "")).Texts).Text);
        DataFileContents lines = Read(Write("a.jsonl", ""));
        Assert.Empty(lines.Texts);
        Assert.Empty(lines.Conversations);
    }

    [Theory]
    [InlineData("latin1.txt", "byte 0xE9 at offset 6", 6)]
    [InlineData("latin1.jsonl", "line 1: the text is not UTF-8: byte 0xE9 at offset 16", 16)]
    public void Text_in_another_encoding_is_refused_by_file_and_offset(string name, string problem, long offset)
    {
        string path = Case("19-text-that-is-not-utf-8", name);

        DataFileException error = Refused(path);

        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains("Save the file as UTF-8", error.Message, StringComparison.Ordinal);
        Assert.Equal(offset, error.ByteOffset);
    }

    [Theory]
    [InlineData("a.txt")]
    [InlineData("a.md")]
    [InlineData("a.jsonl")]
    public void The_offset_counts_from_the_beginning_of_the_file(string name)
    {
        byte[] first = [0xEF, 0xBB, 0xBF, .. "{\"text\": \"é\"}\r\n"u8];
        byte[][] invalid = [[0xC3], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80], [0xC0, 0xAF], [0xFE], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]];
        foreach (byte[] bytes in invalid)
        {
            File.WriteAllBytes(_folder[name], [.. first, .. "{\"text\": \"ab"u8, .. bytes, .. "\"}\n"u8]);

            DataFileException error = Refused(_folder[name]);

            Assert.Equal(first.Length + 12, error.ByteOffset);
            Assert.Equal(name == "a.jsonl" ? 2 : null, error.Line);
        }
    }

    [Fact]
    public void A_text_with_nul_characters_is_utf_8()
    {
        File.WriteAllText(_folder["a.txt"], "a\0bcdefghij");

        Assert.Equal("a\0bcdefghij", Assert.Single(DataFiles.Read(_folder["a.txt"], cancellationToken: TestContext.Current.CancellationToken).Texts).Text);
    }

    [Theory]
    [InlineData("utf-16", "a.txt")]
    [InlineData("utf-16BE", "a.md")]
    [InlineData("utf-32", "a.txt")]
    [InlineData("utf-16", "a.jsonl")]
    [InlineData("utf-16BE", "a.jsonl")]
    public void Other_unicode_encodings_are_named(string encoding, string name)
    {
        foreach (bool isMarked in (bool[])[true, false])
        {
            System.Text.Encoding other = System.Text.Encoding.GetEncoding(encoding);
            File.WriteAllBytes(_folder[name], [.. isMarked ? other.GetPreamble() : [], .. other.GetBytes("{\"text\": \"hello\"}")]);

            Assert.Contains("begins as UTF-16 or UTF-32 does", Refused(_folder[name]).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("a.txt")]
    [InlineData("a.jsonl")]
    public void What_git_leaves_in_place_of_a_large_file_is_no_text(string name)
    {
        string path = Write(name, $"version https://git-lfs.github.com/spec/v1\noid sha256:{new string('0', 64)}\nsize 12345\n");

        DataFileException error = Refused(path);

        Assert.StartsWith($"{path}: is a Git LFS pointer", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.txt")]
    [InlineData("a.jsonl")]
    public void Pipes_devices_and_dangling_links_are_refused_at_once(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes and devices among its files.");
        using (Process process = Process.Start("mkfifo", _folder[name]))
            process.WaitForExit();
        Assert.Contains("is a device, a pipe or a socket, not a file", Refused(_folder[name]).Message, StringComparison.Ordinal);
        Assert.Contains("is a device, a pipe or a socket, not a file", Refused(_folder.Path).Message, StringComparison.Ordinal);

        File.Delete(_folder[name]);
        File.CreateSymbolicLink(_folder[name], "/dev/zero");
        Assert.Contains("is a device, a pipe or a socket, not a file", Refused(_folder[name]).Message, StringComparison.Ordinal);

        File.Delete(_folder[name]);
        File.CreateSymbolicLink(_folder[name], "/nowhere/at/all");
        Assert.Contains("is a link to '/nowhere/at/all', which is no file", Refused(_folder[name]).Message, StringComparison.Ordinal);
        Assert.Contains("is a link to '/nowhere/at/all', which is no file", Refused(_folder.Path).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_to_files_and_folders_are_followed_and_circles_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        string data = Directory.CreateDirectory(_folder["data"]).FullName, outside = Directory.CreateDirectory(_folder["outside"]).FullName;
        File.WriteAllText(Path.Combine(outside, "b.txt"), "linked");
        Directory.CreateSymbolicLink(Path.Combine(data, "link"), outside);
        File.CreateSymbolicLink(Path.Combine(data, "a.txt"), Path.Combine(outside, "b.txt"));
        Assert.Equal(["linked", "linked"], Read(data).Texts.Select(text => text.Text));

        Directory.CreateSymbolicLink(Path.Combine(outside, "back"), data);
        Assert.Contains("leads back", Refused(data).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_can_be_stopped()
    {
        using CancellationTokenSource source = new();
        source.Cancel();

        foreach (string name in (string[])["a.txt", "a.jsonl"])
        {
            string path = Write(name, """{"text": "a"}""");
            Assert.ThrowsAny<OperationCanceledException>(() => DataFiles.Read(path, cancellationToken: source.Token));
        }
    }

    private static string Case(string folder, string name) => Fixtures.OwnPathOf("cases", folder, name);

    private static DataFileException Refused(string path) => Assert.Throws<DataFileException>(() => Read(path));

    private static DataFileContents Read(string path, ILogger? logger = null) => DataFiles.Read(path, logger, TestContext.Current.CancellationToken);

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder[name], text);
        return _folder[name];
    }
}
