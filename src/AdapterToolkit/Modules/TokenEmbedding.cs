using AdapterToolkit.Operators;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Modules;

/// <summary>
/// A frozen vector for each token of the vocabulary. Nothing in it trains and nothing is upstream of it, so it has no backward
/// pass, and a model's backward pass ends before it.
/// </summary>
public sealed class TokenEmbedding : Module
{
    /// <summary>Declares an embedding whose weight is yet to be loaded.</summary>
    /// <param name="vocabularySize">How many tokens there are.</param>
    /// <param name="hiddenSize">How many features a token's vector has.</param>
    public TokenEmbedding(int vocabularySize, int hiddenSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabularySize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hiddenSize);
        Weight = new FrozenWeight("weight", new Shape(vocabularySize, hiddenSize));
    }

    /// <summary>The vectors: vocabulary x hidden size.</summary>
    public FrozenWeight Weight { get; }

    /// <inheritdoc/>
    public override IEnumerable<FrozenWeight> FrozenWeights => [Weight];

    /// <summary>Looks the vectors of tokens up.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <returns>rows x hidden size.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    public Tensor Forward(TokenIds tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return Op.GatherRows(Weight, tokens.Ids);
    }

    /// <summary>The vectors stay in the 16 bits that the file has them in.</summary>
    internal override WeightFormat FormatFor(FrozenWeight weight, WeightFormat inFile, WeightStorage storage) =>
        inFile.Bits == 16 ? inFile : WeightFormat.FullPrecision;
}
