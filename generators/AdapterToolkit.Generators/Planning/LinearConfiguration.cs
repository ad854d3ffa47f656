using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Planning;

/// <summary>
/// What tells the kernels of one linear layer from those of another. Layers with equal configurations share one set.
/// </summary>
/// <param name="Rank">The rank that is compiled in; zero for a layer that never has an adapter.</param>
/// <param name="Stored">How W is stored.</param>
internal sealed record LinearConfiguration(int Rank, StoredFormat Stored)
{
    /// <summary>The name of the emitted class of kernels.</summary>
    public string ClassName => Name("Kernels");

    /// <summary>The configuration of the same rank for W in float32, whose class the one for a packed format derives from.</summary>
    public LinearConfiguration InFullPrecision => this with { Stored = StoredFormat.FullPrecision };

    /// <summary>The configurations that a layer needs: for float32 first, then for each other format that its weight may be held in.</summary>
    public static IEnumerable<LinearConfiguration> Of(LayerSpec layer)
    {
        yield return new LinearConfiguration(layer.Rank, StoredFormat.FullPrecision);
        if (!layer.Stored.IsPacked)
            yield break;
        foreach (StoredFormat format in StoredFormat.SixteenBits)
            yield return new LinearConfiguration(layer.Rank, format);
        if (layer.Stored.HasBlocks)
            yield return new LinearConfiguration(layer.Rank, layer.Stored);
    }

    /// <summary>A name that tells the configuration from others.</summary>
    /// <param name="suffix">How the name ends.</param>
    public string Name(string suffix) => $"{(Rank == 0 ? "Frozen" : $"LowRank{Rank}")}{Stored.Name}{suffix}";
}
