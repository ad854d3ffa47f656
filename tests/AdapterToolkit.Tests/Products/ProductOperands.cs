using AdapterToolkit.Quantization;

namespace AdapterToolkit.Tests.Products;

/// <summary>Random operands of a linear layer's products.</summary>
internal sealed class ProductOperands
{
    public ProductOperands(int rows, int inFeatures, int outFeatures, int rank, bool hasBias)
    {
        Rows = rows;
        InFeatures = inFeatures;
        OutFeatures = outFeatures;
        Rank = rank;
        Random random = new((((rows * 31) + inFeatures) * 31) + outFeatures + rank);
        X = Values(random, rows * inFeatures);
        W = Values(random, outFeatures * inFeatures);
        A = Values(random, rank * inFeatures);
        B = Values(random, outFeatures * rank);
        Dy = Values(random, rows * outFeatures);
        Bias = hasBias ? Values(random, outFeatures) : null;
    }

    public int Rows { get; }

    public int InFeatures { get; }

    public int OutFeatures { get; }

    public int Rank { get; }

    /// <summary>Alpha; the scaling is alpha / rank.</summary>
    public double Alpha => 1.5 * Rank;

    public double Scaling => 1.5;

    public float[] X { get; }

    public float[] W { get; private set; }

    public float[]? Bias { get; }

    public float[] A { get; }

    public float[] B { get; }

    public float[] Dy { get; }

    /// <summary>Quantizes W. Its numbers become those that the codes stand for.</summary>
    public QuantizedValues Quantize(WeightFormat format)
    {
        QuantizedValues values = Quantizer.Quantize(W, format, "W");
        W = new float[W.Length];
        Quantizer.Dequantize(values, W);
        return values;
    }

    private static float[] Values(Random random, int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (2 * random.NextSingle()) - 1;
        return values;
    }
}
