using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Shared.Mutations;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>What lies in a file's place and is none: every reader refuses it by name, and none waits for it.</summary>
public sealed class NoRegularFileTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private static readonly Dictionary<string, Action<string>> s_readers = new()
    {
        ["configuration"] = path => LlamaConfig.FromFile(path),
        ["adapter's configuration"] = path => PeftAdapterConfig.FromFile(path),
        ["tokenizer"] = path => ModelTokenizer.FromFile(path),
        ["safetensors"] = path => SafetensorsFile.Open(path).Dispose(),
        ["text"] = path => RegularFile.ReadAllText(path, 1 << 20),
    };

    private static readonly Dictionary<string, (Action<string> Put, string Problem)> s_obstacles = new()
    {
        ["folder"] = (path => Directory.CreateDirectory(path), "is a folder"),
        ["empty"] = (path => File.WriteAllBytes(path, []), "is empty"),
        ["lfs"] = (path => File.WriteAllText(path, "version https://git-lfs.github.com/spec/v1\noid "
            + "sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"), "git lfs pull"),
        ["dangling link"] = (path => File.CreateSymbolicLink(path, "nowhere"), "which is no file"),
        ["link to a link to nowhere"] = (path => File.CreateSymbolicLink(path, Path.GetFileName(File.CreateSymbolicLink(path + ".other", "nowhere").FullName)),
            "which is no file"),
        ["link to itself"] = (path => File.CreateSymbolicLink(path, Path.GetFileName(path)), "which is no file"),
        ["link to a device"] = (path => File.CreateSymbolicLink(path, "/dev/zero"), "is a device, a pipe or a socket"),
        ["pipe"] = (Obstacles.MakePipe, "is a device, a pipe or a socket"),
        ["link to a folder"] = (path => File.CreateSymbolicLink(path, "/"), "is a folder"),
    };

    private readonly TemporaryFolder _folder = new();

    /// <summary>Every reader with everything that may lie in a file's place.</summary>
    public static MatrixTheoryData<string, string> Cases => new(s_readers.Keys, s_obstacles.Keys);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_is_refused_by_name_at_once(string reader, string obstacle)
    {
        string path = _folder["file.json"];
        s_obstacles[obstacle].Put(path);

        CheckpointException error = await Assert.ThrowsAsync<CheckpointException>(() =>
            Task.Run(() => s_readers[reader](path), TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken));

        Assert.Equal(path, error.FilePath);
        Assert.Contains(s_obstacles[obstacle].Problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_to_files_are_followed_and_their_targets_are_measured()
    {
        File.WriteAllText(_folder["blob"], "text \u00e9\n");
        File.CreateSymbolicLink(_folder["first"], "blob");
        File.CreateSymbolicLink(_folder["second"], "first");

        Assert.Equal("text \u00e9\n", RegularFile.ReadAllText(_folder["second"], 100));
        Assert.Contains("8 bytes; more than 7", Assert.Throws<CheckpointException>(() => RegularFile.ReadAllText(_folder["second"], 7)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_becomes_shorter_while_it_is_open_is_an_error_with_the_tensor_s_name()
    {
        const int count = 1 << 20;
        SafetensorsWriter.Write(_folder["model.safetensors"],
            [SafetensorsTensor.OfFloats("first", [count], new float[count]),
            SafetensorsTensor.OfBytes("second", SafetensorsType.BF16, [count], new byte[2 * count])]);
        using SafetensorsFile file = SafetensorsFile.Open(_folder["model.safetensors"]);
        using (FileStream shrinking = new(_folder["model.safetensors"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            shrinking.SetLength(6_000_000);

        Assert.Equal(count, file.ReadFloat32("first").Length);
        CheckpointException error = Assert.Throws<CheckpointException>(() => file.ReadFloat32("second"));
        Assert.Equal("second", error.TensorName);
        Assert.Contains("ends at byte 6000000", error.Message, StringComparison.Ordinal);
        Assert.Throws<CheckpointException>(() => file.ReadBytes("second"));
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', (byte)'\n', (byte)'c', 0xE9, (byte)'e' }, "byte 0xE9 at offset 3 (line 2)")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "byte 0xED at offset 0 (line 1)")]
    [InlineData(new byte[] { (byte)'a', 0xC3 }, "byte 0xC3 at offset 1 (line 1)")]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'a', 0 }, "begins as UTF-16 or UTF-32 does")]
    public void Text_that_is_not_utf_8_is_refused_with_its_place(byte[] bytes, string problem)
    {
        File.WriteAllBytes(_folder["t.txt"], bytes);
        Assert.Contains(problem, Assert.Throws<CheckpointException>(() => RegularFile.ReadAllText(_folder["t.txt"], 100)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_first_invalid_byte_is_found()
    {
        byte[] valid = "a\u00e9\u20ac\U0001F600z"u8.ToArray();
        for (int position = 0; position < valid.Length; position++)
        {
            byte[] damaged = [.. valid];
            damaged[position] = 0xFF;
            File.WriteAllBytes(_folder["t.txt"], damaged);
            string message = Assert.Throws<CheckpointException>(() => RegularFile.ReadAllText(_folder["t.txt"], 100)).Message;
            Assert.Contains("is not UTF-8", message, StringComparison.Ordinal);
        }
    }
}
