namespace AdapterToolkit.Generators.Planning;

/// <summary>
/// What tells the kernels of one linear layer from those of another. Layers with equal configurations share one set.
/// </summary>
/// <param name="Rank">The rank that is compiled in; zero for a layer that never has an adapter.</param>
internal sealed record LinearConfiguration(int Rank)
{
    /// <summary>The name of the emitted class of kernels.</summary>
    public string ClassName => Rank == 0 ? "FrozenKernels" : $"LowRank{Rank}Kernels";
}
