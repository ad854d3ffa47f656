using AdapterToolkit.Modules;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Loading;

/// <summary>The names that a model's frozen weights have in a checkpoint.</summary>
internal static class WeightNames
{
    /// <summary>Every weight once, under its first name.</summary>
    internal static List<NamedWeight> Of(Model model) =>
        [.. All(model).DistinctBy(named => named.Weight)];

    /// <summary>The further names of weights that several modules share, as a head tied to the embedding, each with the first one.</summary>
    internal static IEnumerable<(NamedWeight Weight, string First)> SharedOf(Model model) =>
        All(model).GroupBy(named => named.Weight).SelectMany(names => names.Skip(1).Select(named => (named, names.First().Name)));

    /// <summary>A weight's dimensions as a file counts them.</summary>
    internal static long[] LongDimensions(FrozenWeight weight) => [.. weight.Shape.Dimensions.ToArray().Select(dimension => (long)dimension)];

    private static IEnumerable<NamedWeight> All(Model model) =>
        model.SelfAndDescendants.SelectMany(module => module.FrozenWeights.Select(weight => new NamedWeight(module.NameOf(weight), weight, module)));
}
