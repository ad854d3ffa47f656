using AdapterToolkit;
using AdapterToolkit.Modules;

namespace UsersCode;

/// <summary>A layer with an adapter.</summary>
[LowRank(2)]
public sealed partial class Dense(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);
