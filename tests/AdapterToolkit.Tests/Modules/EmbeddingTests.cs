using System.Runtime.InteropServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Modules;

/// <summary>The embedding looks up the rows of its matrix, whatever order a device keeps it in.</summary>
public sealed class EmbeddingTests
{
    public static IEnumerable<TheoryDataRow<string, int>> Vocabularies => TestDevices.With(TestDevices.All, [1, 31, 100]);

    /// <summary>
    /// Half-precision numbers: both zeros, the smallest and largest subnormal ones, the smallest normal one, one, the largest, and others, of both signs.
    /// </summary>
    private static readonly ushort[] s_halves =
    [
        0x0000, 0x8000, 0x0001, 0x8001, 0x0002, 0x0155, 0x03FF, 0x83FF, 0x0400, 0x8400, 0x0401, 0x07FF, 0x3C00,
        0xBC00, 0x3555, 0xB555, 0x7BFF, 0xFBFF, 0x4248, 0x1400, 0x0200, 0x8200, 0x6800, 0x9FFF,
    ];

    /// <summary>Bfloat16 numbers: both zeros, the smallest normal ones, one, the largest, and others, of both signs.</summary>
    private static readonly ushort[] s_bfloats =
    [
        0x0000, 0x8000, 0x0080, 0x8080, 0x00FF, 0x3F80, 0xBF80, 0x7F7F, 0xFF7F, 0x3EAB, 0xBEAB, 0x4049, 0xC049,
        0x2000, 0xA07F, 0x5555, 0x3F81, 0x3FFF, 0x4000, 0xC2C8, 0x1234, 0x9234, 0x7000, 0x0FED,
    ];

    public static IEnumerable<TheoryDataRow<string, string>> SixteenBitFormats =>
        TestDevices.With(TestDevices.All, [nameof(WeightFormat.BFloat16), nameof(WeightFormat.Float16)]);

    public static IEnumerable<TheoryDataRow<string, int>> WrongIds => TestDevices.With(TestDevices.All, [-1, 10, int.MaxValue]);

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void EachTokenGivesItsRow(string identifier, int vocabulary)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        foreach (int hidden in (int[])[1, 5, 48])
        {
            float[] matrix = [.. Enumerable.Range(0, vocabulary * hidden).Select(i => (float)i)];
            TokenEmbedding embedding = new(vocabulary, hidden);
            embedding.Weight.Load(device, matrix);

            // The first, the last, one twice; in a batch that several threads share on the CPU.
            int rows = device is CpuDevice ? 1000 : 6;
            int[] ids = [.. Enumerable.Range(0, rows).Select(i => i < 2 ? vocabulary - 1 : i * 7 % vocabulary)];
            TokenIds tokens = new(2, rows / 2, ids);
            using Tensor vectors = embedding.Forward(tokens), again = embedding.Forward(tokens);
            Assert.Equal(new Shape(rows, hidden), vectors.Shape);
            float[] expected = [.. ids.SelectMany(id => matrix.Skip(id * hidden).Take(hidden))];
            Assert.Equal(expected, vectors.ToArray());
            Assert.Equal(expected, again.ToArray());
            embedding.Weight.Dispose();
        }

        Assert.Equal(0, device.HeldBytes);
    }

    [Theory]
    [MemberData(nameof(WrongIds))]
    public void ATokenOutsideTheVocabularyIsNamed(string identifier, int id)
    {
        using ComputeDevice device = TestDevices.Open(identifier);
        TokenEmbedding embedding = new(10, 4);
        embedding.Weight.Load(device, new float[40]);
        long before = device.HeldBytes;
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() => embedding.Forward(new TokenIds(1, 3, [0, id, 9])));
        Assert.Contains($"{id}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("10 tokens", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, device.HeldBytes);
    }

    [Theory]
    [MemberData(nameof(SixteenBitFormats))]
    public void AMatrixInSixteenBitsGivesItsNumbersExactly(string identifier, string format)
    {
        bool isHalf = format == nameof(WeightFormat.Float16);
        using ComputeDevice device = TestDevices.Open(identifier);
        ushort[] bits = [.. isHalf ? s_halves : s_bfloats];
        foreach (int hidden in (int[])[1, 3, 8])
        {
            // An odd number of columns, so that rows begin in the middle of a word.
            int vocabulary = bits.Length / hidden;
            ushort[] held = bits[..(vocabulary * hidden)];
            float[] matrix =
                [.. held.Select(number => isHalf ? (float)BitConverter.UInt16BitsToHalf(number) : BitConverter.UInt32BitsToSingle((uint)number << 16))];
            TokenEmbedding embedding = new(vocabulary, hidden);
            embedding.Weight.Load(device, new QuantizedValues(isHalf ? WeightFormat.Float16 : WeightFormat.BFloat16,
                matrix.Length, MemoryMarshal.AsBytes(held.AsSpan()).ToArray(), null));
            int[] ids = [vocabulary - 1, .. Enumerable.Range(0, vocabulary), 0];
            using Tensor vectors = embedding.Forward(new TokenIds(1, ids.Length, ids));
            float[] expected = [.. ids.SelectMany(id => matrix.Skip(id * hidden).Take(hidden))];
            Assert.Equal(expected.Select(BitConverter.SingleToUInt32Bits), vectors.ToArray().Select(BitConverter.SingleToUInt32Bits));
            embedding.Weight.Dispose();
        }

        Assert.Equal(0, device.HeldBytes);
    }
}
