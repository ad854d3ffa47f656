namespace AdapterToolkit.Weights;

/// <summary>Something that runs with the weights of an adapter, if it has one.</summary>
internal interface IAdapted
{
    /// <summary>The weights of the adapter in use; null for none.</summary>
    IAdapterWeights? AdapterWeights { get; }

    /// <summary>The frozen weights of its own of which adapters have trained copies.</summary>
    IEnumerable<FrozenWeight> TrainableWeights { get; }
}
