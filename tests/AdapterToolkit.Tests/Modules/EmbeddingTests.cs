using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Modules;

/// <summary>The embedding looks up the rows of its matrix, whatever order a device keeps it in.</summary>
public sealed class EmbeddingTests
{
    public static IEnumerable<TheoryDataRow<string, int>> Vocabularies => TestDevices.With(TestDevices.All, [1, 31, 100]);

    public static IEnumerable<TheoryDataRow<string, int>> WrongIds => TestDevices.With(TestDevices.All, [-1, 10, int.MaxValue]);

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void EachTokenGivesItsRow(string identifier, int vocabulary)
    {
        using Device device = TestDevices.Open(identifier);
        foreach (int hidden in (int[])[1, 5, 48])
        {
            float[] matrix = [.. Enumerable.Range(0, vocabulary * hidden).Select(i => (float)i)];
            Embedding embedding = new(vocabulary, hidden);
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
        using Device device = TestDevices.Open(identifier);
        Embedding embedding = new(10, 4);
        embedding.Weight.Load(device, new float[40]);
        long before = device.HeldBytes;
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() => embedding.Forward(new TokenIds(1, 3, [0, id, 9])));
        Assert.Contains($"{id}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("10 tokens", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, device.HeldBytes);
    }
}
