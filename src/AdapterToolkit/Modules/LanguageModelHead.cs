using AdapterToolkit.Operators;
using AdapterToolkit.Quantization;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Modules;

/// <summary>
/// The head of a language model: a frozen product that gives each row of hidden states one logit for every token of the
/// vocabulary, and the loss of the next token, which it computes in pieces so that never more than one eighth of a
/// batch's logits, or of their gradient, exists at once.
/// </summary>
public sealed class LanguageModelHead : Module
{
    /// <summary>The largest part of a batch's logits that exists at once is one over this.</summary>
    private const int Pieces = 8;

    private readonly VocabularyProjection _projection;

    /// <summary>Declares a head with a weight of its own, yet to be loaded.</summary>
    /// <param name="hiddenSize">Features of a hidden state.</param>
    /// <param name="vocabularySize">How many tokens there are.</param>
    public LanguageModelHead(int hiddenSize, int vocabularySize) => _projection = new VocabularyProjection(hiddenSize, vocabularySize);

    /// <summary>Declares a head that shares the embedding's weight.</summary>
    /// <param name="embedding">The embedding.</param>
    public LanguageModelHead(TokenEmbedding embedding)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        _projection = new VocabularyProjection(embedding.Weight);
    }

    /// <summary>How many tokens there are.</summary>
    public int VocabularySize => _projection.OutFeatures;

    /// <inheritdoc/>
    public override IEnumerable<FrozenWeight> FrozenWeights => [_projection.Weight];

    /// <summary>The logits of hidden states.</summary>
    /// <param name="hidden">Hidden states: rows x hidden size.</param>
    /// <returns>rows x vocabulary.</returns>
    public Tensor Logits(Tensor hidden) => _projection.Forward(hidden);

    /// <summary>The next-token loss of a batch, without gradient.</summary>
    /// <param name="hidden">Hidden states: rows x hidden size, sequence after sequence.</param>
    /// <param name="labels">A label for each row, -100 where it scores nothing. A row scores the label of the row after it in its sequence.</param>
    /// <param name="sequences">The sequences that the rows form: those of <see cref="TokenIds"/> or of <see cref="SequenceContext"/>.</param>
    /// <exception cref="ArgumentException">The numbers of rows and labels do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is not in the vocabulary.</exception>
    public LossSum Loss(Tensor hidden, ReadOnlySpan<int> labels, ReadOnlySpan<Sequence> sequences)
    {
        ScoringRows rows = Scoring(hidden, labels, sequences);
        double[] losses = new double[sequences.Length];
        Run(hidden, rows, factor: 0, gradient: null, losses);
        return LossSum.OfSequences(losses, rows.Count);
    }

    /// <summary>The next-token loss of a batch, and its gradient.</summary>
    /// <param name="hidden">Hidden states: rows x hidden size, sequence after sequence.</param>
    /// <param name="labels">A label for each row, -100 where it scores nothing. A row scores the label of the row after it in its sequence.</param>
    /// <param name="sequences">The sequences that the rows form: those of <see cref="TokenIds"/> or of <see cref="SequenceContext"/>.</param>
    /// <param name="gradientFactor">
    /// What the gradient of the summed loss is multiplied by; zero stands for one over the scoring rows, the mean's gradient.
    /// </param>
    /// <param name="hiddenGradient">Receives the gradient of the hidden states; null where no row scores.</param>
    /// <exception cref="ArgumentException">The numbers of rows and labels do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is not in the vocabulary.</exception>
    public LossSum LossSaving(Tensor hidden, ReadOnlySpan<int> labels, ReadOnlySpan<Sequence> sequences, float gradientFactor, out Tensor? hiddenGradient)
    {
        double[] losses = new double[sequences.Length];
        return LossSaving(hidden, labels, sequences, gradientFactor, losses, out hiddenGradient);
    }

    /// <summary>The next-token loss of a batch, that of each of its sequences, and the gradient.</summary>
    /// <param name="hidden">Hidden states: rows x hidden size, sequence after sequence.</param>
    /// <param name="labels">A label for each row, -100 where it scores nothing. A row scores the label of the row after it in its sequence.</param>
    /// <param name="sequences">The sequences that the rows form: those of <see cref="TokenIds"/> or of <see cref="SequenceContext"/>.</param>
    /// <param name="gradientFactor">
    /// What the gradient of the summed loss is multiplied by; zero stands for one over the scoring rows, the mean's gradient.
    /// </param>
    /// <param name="losses">Receives each sequence's summed loss: as many numbers as there are sequences.</param>
    /// <param name="hiddenGradient">Receives the gradient of the hidden states; null where no row scores.</param>
    /// <exception cref="ArgumentException">The numbers of rows, labels or losses do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is not in the vocabulary.</exception>
    public LossSum LossSaving(
        Tensor hidden, ReadOnlySpan<int> labels, ReadOnlySpan<Sequence> sequences, float gradientFactor, Span<double> losses, out Tensor? hiddenGradient)
    {
        ScoringRows rows = Scoring(hidden, labels, sequences);
        if (losses.Length != sequences.Length)
            throw new ArgumentException($"{sequences.Length} sequences have as many losses, but there is room for {losses.Length}.", nameof(losses));
        losses.Clear();
        hiddenGradient = null;
        if (rows.Count == 0)
            return default;
        hiddenGradient = Tensor.Zeros(hidden.Device, hidden.Shape);
        Run(hidden, rows, gradientFactor == 0 ? 1f / rows.Count : gradientFactor, hiddenGradient, losses);
        return LossSum.OfSequences(losses, rows.Count);
    }

    /// <summary>The weight stays in the 16 bits that the file has it in.</summary>
    internal override WeightFormat FormatFor(FrozenWeight weight, WeightFormat inFile, WeightStorage storage) =>
        inFile.Bits == 16 ? inFile : WeightFormat.FullPrecision;

    private ScoringRows Scoring(Tensor hidden, ReadOnlySpan<int> labels, ReadOnlySpan<Sequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        int rows = sequences.IsEmpty ? 0 : sequences[^1].EndRow;
        if (hidden.Rows != rows || labels.Length != rows)
        {
            throw new ArgumentException(
                $"{sequences.Length} sequences with {rows} rows need as many hidden states and labels, but they are {hidden.Shape} and {labels.Length}.",
                nameof(labels));
        }

        return ScoringRows.Of(labels, sequences, VocabularySize);
    }

    /// <summary>
    /// Each piece's logits turn into their gradient where they lie, and that into the hidden states' gradient: the backward
    /// pass needs no second product, and nothing is kept but the gradient of the hidden states. A sequence's loss is the sum of its rows', in their order.
    /// </summary>
    private void Run(Tensor hidden, ScoringRows rows, float factor, Tensor? gradient, Span<double> losses)
    {
        int atOnce = Math.Max(1, hidden.Rows / Pieces);
        for (int first = 0; first < rows.Count; first += atOnce)
        {
            ScoringRows piece = rows.Slice(first, Math.Min(atOnce, rows.Count - first));
            Tensor states = Op.GatherRows(hidden, piece.Rows);
            Tensor logits = _projection.Forward(states);
            states.Release();
            float[] rowLosses = Op.CrossEntropyInPlace(logits, piece.Labels, factor, gradient is not null);
            for (int row = 0; row < rowLosses.Length; row++)
                losses[piece.Sequences[row]] += rowLosses[row];
            if (gradient is not null)
            {
                Tensor statesGradient = _projection.InputGradient(logits);
                Op.ScatterRows(statesGradient, piece.Rows, gradient);
                statesGradient.Release();
            }

            logits.Release();
        }
    }
}
