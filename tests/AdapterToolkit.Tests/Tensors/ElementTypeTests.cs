using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Tensors;

/// <summary>Tensors of every element type, on every device.</summary>
public sealed class ElementTypeTests
{
    public static IEnumerable<TheoryDataRow<string>> Devices => TestDevices.All;

    [Theory]
    [MemberData(nameof(Devices))]
    public void Numbers_of_every_type_come_back_as_they_were(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        AssertKept<float>(device, ElementType.Float32, [1, -2.5f, float.NaN, float.Epsilon, float.MinValue, 0]);
        AssertKept<double>(device, ElementType.Float64, [1, -2.5, double.NaN, double.Epsilon, double.MinValue, 0]);
        AssertKept<Half>(device, ElementType.Float16, [(Half)1, (Half)(-2.5), Half.NaN, Half.Epsilon, Half.MinValue, Half.Zero]);
        AssertKept<int>(device, ElementType.Int32, [1, -2, int.MinValue, int.MaxValue, 0, 7]);
        AssertKept<uint>(device, ElementType.UInt32, [1, 2, uint.MaxValue, 0x8000_0000, 0, 7]);
        AssertKept<byte>(device, ElementType.UInt8, [1, 2, 255, 128, 0, 7]);
        Assert.Equal(0, device.HeldBytes);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Rows_begin_where_their_bytes_do(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using Tensor bytes = Tensor.Of<byte>(device, new Shape(3, 3), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        using Tensor row = bytes.SliceRows(1, 2);
        Assert.Equal(ElementType.UInt8, row.ElementType);
        Assert.Equal([4, 5, 6, 7, 8, 9], row.Read<byte>());
        using Tensor last = row.SliceRows(1, 1);
        last.Write<byte>([70, 80, 90]);
        Assert.Equal([1, 2, 3, 4, 5, 6, 70, 80, 90], bytes.Read<byte>());
        row.Clear();
        Assert.Equal([1, 2, 3, 0, 0, 0, 0, 0, 0], bytes.Read<byte>());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Numbers_of_16_bits_are_seen_in_their_bits(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach (ElementType type in (ElementType[])[ElementType.BFloat16, ElementType.Float16])
        {
            using Tensor tensor = Tensor.Zeros(device, new Shape(3), type);
            tensor.Write<ushort>([0x3F80, 0x3C00, 0xFFFF]);
            Assert.Equal([0x3F80, 0x3C00, 0xFFFF], tensor.Read<ushort>());
            Assert.Equal(6, tensor.Bytes);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Bytes_fill_words_from_the_lowest_bits_on(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using Tensor words = Tensor.Zeros(device, new Shape(2), ElementType.UInt32);
        words.WriteBytes([1, 2, 3, 4, 5]);
        Assert.Equal([0x0403_0201u, 0x0000_0005u], words.Read<uint>());
        byte[] first = new byte[3];
        words.ReadBytes(first);
        Assert.Equal([1, 2, 3], first);
        Assert.Throws<ArgumentOutOfRangeException>(() => words.WriteBytes(new byte[9]));
        Assert.Throws<ArgumentOutOfRangeException>(() => words.ReadBytes(new byte[9]));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Another_type_than_the_tensors_is_refused_by_both_names(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using Tensor codes = Tensor.Zeros(device, new Shape(2, 8), ElementType.UInt8), numbers = Tensor.Zeros(device, new Shape(2, 8));
        AssertRefused(nameof(ElementType.UInt8), nameof(Single), () => codes.ToArray());
        AssertRefused(nameof(ElementType.UInt8), nameof(Single), () => codes.CopyTo(new float[16]));
        AssertRefused(nameof(ElementType.UInt8), nameof(Single), () => codes.CopyFrom(new float[16]));
        AssertRefused(nameof(ElementType.UInt8), nameof(Single), () => _ = codes.Span.Length);
        AssertRefused(nameof(ElementType.UInt8), nameof(UInt32), () => _ = codes.SpanOf<uint>().Length);
        AssertRefused(nameof(ElementType.UInt8), nameof(UInt32), () => _ = codes.ViewOf<uint>());
        AssertRefused(nameof(ElementType.Float32), nameof(Int32), () => _ = numbers.ViewOf<int>());
        AssertRefused(nameof(ElementType.Float32), nameof(Byte), () => numbers.Write<byte>(new byte[64]));
        AssertRefused(nameof(ElementType.Float32), nameof(Double), () => numbers.Read<double>());
    }

    [Theory]
    [MemberData(nameof(TestDevices.Accelerators), MemberType = typeof(TestDevices))]
    public void Memory_of_an_accelerator_is_not_read_in_place(string identifier)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        using Tensor tensor = Tensor.Zeros(device, new Shape(2));
        Assert.Contains("ToArray", Assert.Throws<InvalidOperationException>(() => _ = tensor.Span.Length).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void Memory_of_the_processor_has_no_view()
    {
        using CpuDevice device = new(threads: 1);
        using Tensor tensor = Tensor.Zeros(device, new Shape(2));
        Assert.Contains("view", Assert.Throws<InvalidOperationException>(() => _ = tensor.View).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Device", "cpu")]
    public void Rows_lie_beyond_what_32_bits_count()
    {
        const int Columns = 150_000_000;
        using CpuDevice device = new(threads: 1);
        Assert.SkipUnless(device.MemoryBytes > 6L << 30, "The tensor of this test takes 3.6 GB.");
        using Tensor tensor = Tensor.Allocate(device, new Shape(3, Columns), ElementType.Float64);
        Assert.Equal(3_600_000_000, tensor.Bytes);
        using Tensor last = tensor.SliceRows(2, 1);
        last.SpanOf<double>()[^1] = 7;
        Assert.Equal(7, tensor.SpanOf<double>()[^1]);
    }

    private static void AssertKept<T>(ComputeDevice device, ElementType type, T[] values)
        where T : unmanaged
    {
        using Tensor tensor = Tensor.Of<T>(device, new Shape(2, 3), values);
        Assert.Equal(type, tensor.ElementType);
        Assert.Equal(6 * type.Size(), tensor.Bytes);
        Assert.Equal(values, tensor.Read<T>());
        using Tensor like = tensor.AllocateLike(), reshaped = tensor.Reshape(new Shape(3, 2));
        Assert.Equal(type, like.ElementType);
        Assert.Equal(type, reshaped.ElementType);
    }

    private static void AssertRefused(string held, string asked, Action action)
    {
        string message = Assert.Throws<InvalidOperationException>(action).Message;
        Assert.Contains(held, message, StringComparison.Ordinal);
        Assert.Contains(asked, message, StringComparison.Ordinal);
    }
}
