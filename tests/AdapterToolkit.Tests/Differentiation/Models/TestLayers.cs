using AdapterToolkit.Modules;

namespace AdapterToolkit.Tests.Differentiation.Models;

/// <summary>A square layer with an adapter of rank 2.</summary>
[LowRank(2, Alpha = 3)]
public sealed partial class Adapted(int features = Adapted.Features) : Linear(features, features)
{
    /// <summary>Features of a row in all models of these tests.</summary>
    public const int Features = 6;
}

/// <summary>A square layer that never has an adapter.</summary>
[Frozen]
public sealed partial class Fixed(int features = Adapted.Features) : Linear(features, features);
