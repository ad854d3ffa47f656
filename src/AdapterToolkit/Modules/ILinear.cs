namespace AdapterToolkit.Modules;

/// <summary>
/// A linear layer that can be made from its dimensions alone, so that a model can be generic in it:
/// <c>class Attention&lt;TProjection&gt; where TProjection : Linear, ILinear&lt;TProjection&gt;</c>.
/// </summary>
/// <remarks>
/// The source generator implements it for every class marked <see cref="LowRankAttribute"/>, <see cref="QuantizedAttribute"/> or
/// <see cref="FrozenAttribute"/> that is not abstract and has a constructor with the parameters <c>int inFeatures</c>, <c>int outFeatures</c> and
/// <c>bool bias</c>, in any order, others being optional. A class with another constructor implements it by hand, or can't be a model's type argument.
/// </remarks>
/// <typeparam name="TSelf">The layer's own class.</typeparam>
public interface ILinear<TSelf>
    where TSelf : Linear, ILinear<TSelf>
{
    /// <summary>Declares a layer whose weight is yet to be loaded.</summary>
    /// <param name="inFeatures">Features of a row of the input.</param>
    /// <param name="outFeatures">Features of a row of the output.</param>
    /// <param name="bias">Whether the layer adds a frozen bias.</param>
    /// <returns>The layer.</returns>
    static abstract TSelf Create(int inFeatures, int outFeatures, bool bias = false);
}
