using AdapterToolkit.Modules;

namespace AdapterToolkit.Tests.Products;

// Ranks that fill no vector, exactly one block of ranks, several blocks, and pieces of an unrolled loop.
[LowRank(1)]
internal sealed partial class Rank1Layer(int inFeatures, int outFeatures, bool bias) : Linear(inFeatures, outFeatures, bias);

[LowRank(3)]
internal sealed partial class Rank3Layer(int inFeatures, int outFeatures, bool bias) : Linear(inFeatures, outFeatures, bias);

[LowRank(4)]
internal sealed partial class Rank4Layer(int inFeatures, int outFeatures, bool bias) : Linear(inFeatures, outFeatures, bias);

[LowRank(8)]
internal sealed partial class Rank8Layer(int inFeatures, int outFeatures, bool bias) : Linear(inFeatures, outFeatures, bias);

[LowRank(16)]
internal sealed partial class Rank16Layer(int inFeatures, int outFeatures, bool bias) : Linear(inFeatures, outFeatures, bias);

[LowRank(37)]
internal sealed partial class Rank37Layer(int inFeatures, int outFeatures, bool bias) : Linear(inFeatures, outFeatures, bias);

[Frozen]
internal sealed partial class FrozenLayer(int inFeatures, int outFeatures, bool bias) : Linear(inFeatures, outFeatures, bias);
