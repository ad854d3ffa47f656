using System.Text;
using AdapterToolkit.Formats;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>Tensors whose elements or bytes no int counts.</summary>
public sealed class LargeTensorTests
{
    [Fact]
    public void Shapes_beyond_what_can_be_counted_are_refused_with_their_dimensions()
    {
        Assert.Contains("65536 x 65536 numbers", Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(65536, 65536)).Message, StringComparison.Ordinal);
        Assert.Contains("tensor 't' of shape [65536, 65536]",
            Assert.Throws<ArgumentOutOfRangeException>(() => SafetensorsTensor.OfFloats("t", [65536, 65536], _ => { })).Message,
            StringComparison.OrdinalIgnoreCase);
        Assert.Contains("tensor 't' of shape [2000000000]",
            Assert.Throws<ArgumentOutOfRangeException>(() => SafetensorsTensor.OfBytes("t", SafetensorsType.BF16, [2_000_000_000], _ => { })).Message,
            StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, new Shape(0, 65536, 65536, 7).Elements);
    }

    [Fact]
    public void A_file_of_4_gib_and_more_opens_and_what_lies_behind_is_read()
    {
        using TemporaryFolder folder = new();
        string path = WriteSparse(folder,
            """
            {"large": {"dtype": "F32", "shape": [3000000000], "data_offsets": [0, 12000000000]},
             "last": {"dtype": "F32", "shape": [2], "data_offsets": [12000000000, 12000000008]}}
            """,
            12_000_000_008);
        using SafetensorsFile file = SafetensorsFile.Open(path);

        Assert.Equal([0f, 0f], file.ReadFloat32("last"));
        Assert.Contains("do not fit one array", Assert.Throws<CheckpointException>(() => file.ReadFloat32("large")).Message, StringComparison.Ordinal);
        Assert.Contains("do not fit one array", Assert.Throws<CheckpointException>(() => file.ReadBytes("large")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_of_more_than_2_gib_are_read_and_written()
    {
        const int count = (1 << 29) + 3;
        Assert.SkipUnless(Environment.GetEnvironmentVariable("ADAPTER_LONG_TESTS") == "1", "It takes 2 GiB of memory: set ADAPTER_LONG_TESTS=1.");
        Assert.SkipUnless(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes > 6L << 30, "There is not enough memory.");
        using TemporaryFolder folder = new();
        string path = WriteSparse(folder, $"{{\"w\":{{\"dtype\":\"F32\",\"shape\":[{count}],\"data_offsets\":[0,{4L * count}]}}}}", 4L * count);
        using (FileStream stream = new(path, FileMode.Open, FileAccess.Write))
        {
            stream.Seek(-sizeof(float), SeekOrigin.End);
            stream.Write(BitConverter.GetBytes(7f));
        }

        float[] values;
        using (SafetensorsFile file = SafetensorsFile.Open(path))
            values = file.ReadFloat32("w");
        Assert.Equal(7f, values[^1]);
        Assert.Equal(0f, values[^2]);

        using CountingStream written = new();
        SafetensorsTensor.OfFloats("w", [count], values).Write(written);
        Assert.Equal(4L * count, written.Length);
    }

    private static string WriteSparse(TemporaryFolder folder, string header, long dataLength)
    {
        string path = folder["sparse.safetensors"];
        using FileStream stream = new(path, FileMode.CreateNew, FileAccess.Write);
        stream.Write(BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(header)));
        stream.Write(Encoding.UTF8.GetBytes(header));
        stream.SetLength(stream.Position + dataLength);
        return path;
    }

    /// <summary>Counts what is written.</summary>
    private sealed class CountingStream : Stream
    {
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position { get => _length; set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => _length += count;

        public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;
    }
}
