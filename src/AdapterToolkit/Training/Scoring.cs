using AdapterToolkit.Devices;
using AdapterToolkit.Models;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Training;

/// <summary>The next-token loss of a language model, and its gradient.</summary>
public static class Scoring
{
    /// <summary>The next-token loss of a batch, without gradients.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="labels">
    /// A label for each token, -100 where it scores nothing. They are shifted by one inside: a row scores the label of the next
    /// one of its sequence.
    /// </param>
    public static LossSum Loss(this LanguageModel model, TokenIds tokens, ReadOnlySpan<int> labels)
    {
        using ExclusiveUse.Hold use = model.Enter();
        using PlannedCall call = new();
        using SequenceContext context = model.CreateContext(tokens);
        Tensor hidden = model.Evaluate(tokens, context);
        LossSum loss = model.Head.Loss(hidden, labels, context.Sequences);
        hidden.Release();
        call.Complete();
        return loss;
    }

    /// <summary>
    /// The next-token loss of a batch, and its gradient added to every parameter's, summed over the rows of all sequences at once. A call that fails may have
    /// added to some of them; a step of the trainer clears them first.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="labels">A label for each token, -100 where it scores nothing.</param>
    /// <param name="gradientFactor">
    /// What the gradient of the summed loss is multiplied by; zero stands for one over the scoring labels, the mean's gradient.
    /// </param>
    /// <exception cref="InvalidOperationException">Nothing trains.</exception>
    public static LossSum ForwardBackward(this LanguageModel model, TokenIds tokens, ReadOnlySpan<int> labels, float gradientFactor = 0)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return Run(model, tokens, labels, gradientFactor, new double[tokens.Batch], run: null);
    }

    /// <summary><see cref="ForwardBackward"/> as a part of a training, or by itself.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="labels">A label for each token, -100 where it scores nothing.</param>
    /// <param name="gradientFactor">What the gradient of the summed loss is multiplied by; zero for one over the scoring labels.</param>
    /// <param name="losses">Receives each sequence's summed loss.</param>
    /// <param name="run">The training's run; null where the rows of all sequences are summed at once.</param>
    internal static LossSum Run(LanguageModel model, TokenIds tokens, ReadOnlySpan<int> labels, float gradientFactor, Span<double> losses, TrainingRun? run)
    {
        using ExclusiveUse.Hold use = model.Enter();
        using PlannedCall call = new();
        using SequenceContext context = model.CreateContext(tokens);
        ForwardRecord? record;
        Tensor hidden = run is null ? model.ForwardSaving(tokens, context, out record) : model.ForwardSaving(tokens, context, run, out record);
        if (record is null)
            throw new InvalidOperationException("Nothing of the model trains. Give it an adapter with Adapter.Initialize or Adapter.Load.");
        LossSum loss = model.Head.LossSaving(hidden, labels, context.Sequences, gradientFactor, losses, out Tensor? gradient);
        hidden.Release();
        if (gradient is not null)
        {
            run?.BeginBackward();
            model.Backward(gradient, record);
            gradient.Release();
        }

        record.Release();
        call.Complete();
        return loss;
    }
}
