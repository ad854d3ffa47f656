using AdapterToolkit.Weights;

namespace AdapterToolkit.Modules;

/// <summary>The frozen product of a language model's head: hidden states to one logit for each token of the vocabulary.</summary>
[Quantized(16)]
internal sealed partial class VocabularyProjection : Linear
{
    internal VocabularyProjection(int hiddenSize, int vocabularySize)
        : base(hiddenSize, vocabularySize)
    {
    }

    internal VocabularyProjection(FrozenWeight shared)
        : base(shared.Shape.Columns, shared.Shape.Rows) => Weight = shared;
}
