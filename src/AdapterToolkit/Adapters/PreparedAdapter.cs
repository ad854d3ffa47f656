using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Adapters;

/// <summary>
/// An adapter that is whole, checked and on the device, but not in use yet: what can fail has happened before the model
/// changes. Until <see cref="Apply"/> its memory is this object's.
/// </summary>
/// <param name="adapter">The adapter whose place it takes.</param>
internal sealed class PreparedAdapter(LowRankAdapter adapter) : IDisposable
{
    private readonly Dictionary<Linear, LowRankFactors> _factors = [];
    private readonly Dictionary<FrozenWeight, Parameter> _trained = [];

    /// <summary>The parameters that train once the adapter is in use, in the order of <see cref="Model.TrainableParameters"/>.</summary>
    internal IEnumerable<Parameter> Parameters => adapter.Root.SelfAndDescendants.Distinct().SelectMany(module => (IEnumerable<Parameter>)
    [
        .. module is Linear layer && _factors.TryGetValue(layer, out LowRankFactors? factors) ? (Parameter[])[factors.A, factors.B] : [],
        .. module.FrozenWeights.Where(_trained.ContainsKey).Select(weight => _trained[weight]),
    ]);

    /// <summary>The settings of the file that the adapter comes from; null where it comes from none.</summary>
    internal PeftAdapterConfig? Settings { get; init; }

    /// <summary>The factors of a layer; null where the adapter has none for it.</summary>
    /// <param name="layer">The layer.</param>
    internal LowRankFactors? FactorsOf(Linear layer) => _factors.GetValueOrDefault(layer);

    /// <summary>Adds the factors of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="factors">The factors, this object's from now on.</param>
    internal void Add(Linear layer, LowRankFactors factors) => _factors.Add(layer, factors);

    /// <summary>Adds a trained weight.</summary>
    /// <param name="weight">The weight that it is a copy of.</param>
    /// <param name="values">Its numbers.</param>
    internal void Add(TrainableWeight weight, ReadOnlySpan<float> values) => _trained.Add(weight.Weight, weight.NewCopy(values));

    /// <summary>Adds the base's own numbers for each trainable weight that has none yet.</summary>
    internal void AddBaseWeights()
    {
        foreach (TrainableWeight weight in adapter.Root.TrainableWeights.Where(weight => !_trained.ContainsKey(weight.Weight)))
            _trained.Add(weight.Weight, weight.NewCopy());
    }

    /// <summary>Puts the adapter in use, in place of the present one.</summary>
    internal void Apply()
    {
        foreach (Linear layer in adapter.Root.LinearLayers.Where(layer => layer.LowRank is not null).Distinct())
            adapter.Of(layer).SetFactors(_factors.GetValueOrDefault(layer));
        foreach (TrainableWeight weight in adapter.Root.TrainableWeights)
            adapter.Of(weight).SetCopy(_trained.GetValueOrDefault(weight.Weight));
        adapter.Settings = Settings;
        _factors.Clear();
        _trained.Clear();
    }

    /// <summary>Gives the memory of an adapter back that was not put in use.</summary>
    public void Dispose()
    {
        foreach (LowRankFactors factors in _factors.Values)
            factors.Dispose();
        foreach (Parameter trained in _trained.Values)
            trained.Dispose();
    }
}
