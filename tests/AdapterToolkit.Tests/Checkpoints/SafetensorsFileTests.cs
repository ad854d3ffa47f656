using System.Buffers.Binary;
using System.Text;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using CsCheck;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder["model.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back()
    {
        Gen<(string Name, long[] Shape, float[] Values)> tensor =
            from name in Gen.String[1, 20].Where(text => text.Length > 0 && !text.Any(char.IsSurrogate))
            from shape in Gen.Long[0, 5].Array[0, 4]
            from values in Gen.Single.Array[(int)shape.Aggregate(1L, (product, length) => product * length)]
            select (name, shape, values);
        tensor.Array[0, 6].Where(tensors => tensors.Select(one => one.Name).Append("__metadata__").Distinct().Count() == tensors.Length + 1).Sample(
            tensors =>
            {
                SafetensorsWriter.Write(FilePath, [.. tensors.Select((one, index) => index % 2 == 0
                    ? SafetensorsTensor.OfFloats(one.Name, one.Shape, one.Values)
                    : SafetensorsTensor.OfFloats(one.Name, one.Shape, span => one.Values.CopyTo(span)))]);
                using SafetensorsFile file = SafetensorsFile.Open(FilePath);
                Assert.Equal("pt", file.Metadata["format"]);
                Assert.Equal(tensors.Length, file.Entries.Length);
                foreach ((string name, long[] shape, float[] values) in tensors)
                {
                    Assert.Equal(shape, file.GetEntry(name).Shape);
                    Assert.Equal(values.Select(BitConverter.SingleToInt32Bits), file.ReadFloat32(name).Select(BitConverter.SingleToInt32Bits));
                }
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public void Elements_begin_at_whole_eight_bytes()
    {
        SafetensorsWriter.Write(FilePath, [SafetensorsTensor.OfIntegers("ids", [2], new long[] { 1, -2 })], new Dictionary<string, string> { ["a"] = "b" });
        byte[] bytes = File.ReadAllBytes(FilePath);
        Assert.Equal(0UL, BinaryPrimitives.ReadUInt64LittleEndian(bytes) % 8);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Equal([1, -2], file.ReadInt64("ids"));
        Assert.Equal("b", file.Metadata["a"]);
        Assert.Equal(bytes[^16..], file.ReadBytes("ids"));
    }

    [Fact]
    public void Every_half_precision_number_widens_exactly()
    {
        byte[] all = new byte[ushort.MaxValue * 2 + 2];
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
            BinaryPrimitives.WriteUInt16LittleEndian(all.AsSpan(2 * bits), (ushort)bits);
        SafetensorsWriter.Write(FilePath,
            [SafetensorsTensor.OfBytes("f16", SafetensorsType.F16, [256, 256], all),
            SafetensorsTensor.OfBytes("bf16", SafetensorsType.BF16, [65535], all.AsMemory(2))]);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        float[] half = file.ReadFloat32("f16"), brain = file.ReadFloat32("bf16");
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
            Assert.True(float.IsNaN(expected)
                ? float.IsNaN(half[bits])
                : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(half[bits]), $"half 0x{bits:X4}");
            if (bits > 0)
                Assert.Equal(bits << 16, BitConverter.SingleToInt32Bits(brain[bits - 1]));
        }
    }

    [Fact]
    public void Tensors_longer_than_a_window_are_read_whole()
    {
        const int count = 5_000_003;
        byte[] brain = new byte[2 * count];
        new Random(1).NextBytes(brain);
        float[] single = [.. Enumerable.Range(0, count).Select(i => (float)i)];
        SafetensorsWriter.Write(FilePath,
            [SafetensorsTensor.OfBytes("odd", SafetensorsType.U8, [3], new byte[3]), SafetensorsTensor.OfBytes("brain", SafetensorsType.BF16, [count], brain),
            SafetensorsTensor.OfFloats("single", [count], single)]);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Equal(single, file.ReadFloat32("single"));
        float[] widened = file.ReadFloat32("brain");
        for (int i = 0; i < count; i += 997)
            Assert.Equal(BinaryPrimitives.ReadUInt16LittleEndian(brain.AsSpan(2 * i)) << 16, BitConverter.SingleToInt32Bits(widened[i]));
        Assert.Equal(BinaryPrimitives.ReadUInt16LittleEndian(brain.AsSpan(2 * (count - 1))) << 16, BitConverter.SingleToInt32Bits(widened[^1]));
    }

    [Fact]
    public void Golden_cases_open()
    {
        foreach (string path in Fixtures.Files("linear", "*.safetensors"))
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            SafetensorsEntry weight = file.GetEntry("W");
            Assert.Equal(weight.ElementCount, file.ReadFloat32("W").Length);
            Assert.All(file.ReadFloat32("W"), value => Assert.True(float.IsFinite(value)));
        }
    }

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "w", "needs bytes 0 to 8")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", 16, "w", "belong to no tensor")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, null, "4 bytes after the last tensor ('w')")]
    [InlineData("""{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "w",
        "inside tensor 'v'")]
    [InlineData("""{"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "w",
        "4 bytes belong to no tensor")]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "w", "takes 12 bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "w", "not a begin and an end")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", 8, "w", "not a begin and an end")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "w", "'data_offsets' has a value")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", 8, "w", "more elements than can be counted")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,8]}}""", 8, "w", "more elements than can be counted")]
    [InlineData("""{"w":{"dtype":"F32","shape":[9223372036854775807,0],"data_offsets":[0,9223372036854775807]}}""", 8, "w", "takes 0 bytes")]
    [InlineData("""{"w":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""", 8, "w", "needs bytes 0 to")]
    [InlineData(
        """{"v":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"w":{"dtype":"U8","shape":[9223372036854775799],"data_offsets":[8,9223372036854775807]}}""",
        8, "w", "needs bytes 8 to")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "w", "'shape' has a value")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "w", "'shape' has a value")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1e99],"data_offsets":[0,8]}}""", 8, "w", "'shape' has a value")]
    [InlineData("""{"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "w", "'shape' is not an array")]
    [InlineData("""{"w":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""", 8, "w", "'F33' is not supported")]
    [InlineData("""{"w":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8, "w", "'dtype' is not a text")]
    [InlineData("""{"w":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "w", "'dtype' occurs twice")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2]}}""", 8, "w", "is missing")]
    [InlineData("""{"w":[]}""", 8, "w", "not an object")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "w", "occurs twice")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, null, "'__metadata__' has a value that is not a text at 'a'")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, null, "the key 'a' twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, null, "occurs twice")]
    [InlineData("""{"__metadata__":7}""", 0, null, "is not an object")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, null, "not valid JSON")]
    [InlineData("""{} {}""", 0, null, "not valid JSON")]
    [InlineData("""{"\ud800":{}}""", 0, null, "half of a surrogate pair")]
    [InlineData("""[1]""", 0, null, "does not begin with '{'")]
    [InlineData("", 8, null, "does not begin with '{'")]
    public void Malformed_headers_name_file_and_tensor(string header, int dataLength, string? tensor, string problem)
    {
        WriteFile((ulong)Encoding.UTF8.GetByteCount(header), Encoding.UTF8.GetBytes(header), dataLength);
        AssertFails(tensor, problem);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData((ulong)long.MaxValue)]
    [InlineData(100_000_001UL)]
    [InlineData(99_999_999UL)]
    [InlineData(3UL)]
    public void Absurd_header_lengths_allocate_nothing(ulong length)
    {
        WriteFile(length, "{}"u8.ToArray(), 0);
        AssertFails(null, "the header claims");
    }

    [Fact]
    public void Deep_nesting_is_an_error()
    {
        byte[] header = Encoding.UTF8.GetBytes("{\"w\":" + new string('[', 100_000));
        WriteFile((ulong)header.Length, header, 0);
        AssertFails(null, null);
    }

    [Fact]
    public void Truncation_anywhere_is_an_error()
    {
        byte[] whole = ValidFile();
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(FilePath, whole.AsSpan(0, length));
            AssertFails(null, null);
        }
    }

    [Fact]
    public void Damaged_headers_never_fail_otherwise()
    {
        byte[] whole = ValidFile();
        int headerEnd = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(whole);
        Gen.Select(Gen.Int[0, headerEnd - 1], Gen.Byte).Array[1, 3].Sample(
            changes =>
            {
                byte[] damaged = [.. whole];
                foreach ((int position, byte value) in changes)
                    damaged[position] = value;
                File.WriteAllBytes(FilePath, damaged);
                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    // A change that leaves a valid file must leave one that can be read.
                    using SafetensorsFile file = SafetensorsFile.Open(FilePath);
                    foreach (SafetensorsEntry entry in file.Entries)
                        Assert.Equal(entry.ByteLength, file.ReadBytes(entry.Name).Length);
                }
                catch (CheckpointException error)
                {
                    Assert.Contains(FilePath, error.Message);
                }

                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 18);
            },
            iter: 3000,
            threads: 1);
    }

    [Fact]
    public void Wrong_requests_name_file_and_tensor()
    {
        SafetensorsWriter.Write(FilePath, [SafetensorsTensor.OfIntegers("ids", [2], new long[2]), SafetensorsTensor.OfFloats("w", [2, 3], new float[6])]);
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        AssertNames("absent", Assert.Throws<CheckpointException>(() => file.ReadFloat32("absent")), "no tensor of this name");
        AssertNames("ids", Assert.Throws<CheckpointException>(() => file.ReadFloat32("ids")), "I64");
        AssertNames("w", Assert.Throws<CheckpointException>(() => file.ReadInt64("w")), "F32");
        AssertNames("w", Assert.Throws<CheckpointException>(() => file.ReadFloat32("w", new float[5])), "[2, 3] has 6 elements; 5 are needed");
        AssertNames("w", Assert.Throws<CheckpointException>(() => file.ReadBytes("w", new byte[5])), "24 bytes");
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(_folder["none"]));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        SafetensorsWriter.Write(FilePath, [SafetensorsTensor.OfFloats("w", [1], new float[] { 7 })]);
        Assert.Throws<NotSupportedException>(() =>
            SafetensorsWriter.Write(FilePath, [SafetensorsTensor.OfFloats("w", [1], _ => throw new NotSupportedException())]));
        Assert.Throws<ArgumentException>(() =>
            SafetensorsWriter.Write(FilePath, [SafetensorsTensor.OfFloats("w", [1], new float[1]), SafetensorsTensor.OfFloats("w", [1], new float[1])]));
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.OfFloats("w", [2], new float[3]));
        Assert.Equal([FilePath], Directory.GetFileSystemEntries(_folder.Path));
        using SafetensorsFile file = SafetensorsFile.Open(FilePath);
        Assert.Equal([7f], file.ReadFloat32("w"));
    }

    private byte[] ValidFile()
    {
        SafetensorsWriter.Write(FilePath,
            [SafetensorsTensor.OfFloats("a.weight", [2, 3], new float[6]), SafetensorsTensor.OfIntegers("b", [], new long[1]),
            SafetensorsTensor.OfBytes("c", SafetensorsType.F16, [4], new byte[8])]);
        return File.ReadAllBytes(FilePath);
    }

    private void WriteFile(ulong headerLength, byte[] header, int dataLength)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, headerLength);
        File.WriteAllBytes(FilePath, [.. length, .. header, .. new byte[dataLength]]);
    }

    /// <summary>Opening fails with an error that names the file (and tensor), having allocated next to nothing.</summary>
    private void AssertFails(string? tensor, string? problem)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        CheckpointException error = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(FilePath));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 18);
        Assert.Equal(FilePath, error.FilePath);
        Assert.Contains(FilePath, error.Message);
        if (problem is not null)
            Assert.Contains(problem, error.Message);
        if (problem is not null || tensor is not null)
            Assert.Equal(tensor, error.TensorName);
        if (tensor is not null)
            Assert.Contains($"'{tensor}'", error.Message);
    }

    private void AssertNames(string tensor, CheckpointException error, string problem)
    {
        Assert.Contains(FilePath, error.Message);
        Assert.Contains($"'{tensor}'", error.Message);
        Assert.Contains(problem, error.Message);
    }
}
