using System.Runtime.InteropServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Models;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AdapterToolkit.Generation;

/// <summary>What a language model says of the next token, and how it continues a text.</summary>
public static class TextGeneration
{
    /// <summary>The logits of the token that follows a sequence.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The tokens of one sequence.</param>
    /// <returns>One logit for each token of the vocabulary.</returns>
    public static float[] NextTokenLogits(this LanguageModel model, ReadOnlySpan<int> tokens)
    {
        using ExclusiveUse.Hold use = model.Enter();
        using PlannedCall call = new();
        TokenIds ids = new(tokens, [tokens.Length]);
        using SequenceContext context = model.CreateContext(ids);
        Tensor hidden = model.Evaluate(ids, context);
        Tensor last = hidden.SliceRows(hidden.Rows - 1, 1);
        Tensor logits = model.Head.Logits(last);
        last.Release();
        hidden.Release();
        float[] values = logits.ToArray();
        logits.Release();
        call.Complete();
        return values;
    }

    /// <summary>Continues a text with the likeliest token, one after the other.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">The tokens of the text.</param>
    /// <param name="maximumTokens">
    /// How many tokens to add at most. Fewer are added where the model takes no longer sequence, which is logged as a warning.
    /// </param>
    /// <param name="endTokens">Tokens that end the text; the one that does is the last of the result.</param>
    /// <param name="logger">Receives the start and the end, and, at level trace, every token; null for none.</param>
    /// <param name="cancellationToken">Ends the call between two tokens.</param>
    /// <returns>The tokens added.</returns>
    /// <exception cref="ArgumentException">The prompt is empty, or longer than the model takes.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled; the model stays as it was.</exception>
    public static int[] Generate(this LanguageModel model, ReadOnlySpan<int> prompt, int maximumTokens, ReadOnlySpan<int> endTokens = default,
        ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximumTokens);
        if (prompt.IsEmpty || prompt.Length > model.MaximumPositions)
            throw new ArgumentException($"The prompt has {prompt.Length} tokens, but the model takes from 1 to {model.MaximumPositions}.", nameof(prompt));
        using ExclusiveUse.Hold use = model.Enter();
        logger ??= NullLogger.Instance;
        GenerationLog.Starts(logger, prompt.Length, maximumTokens);
        List<int> sequence = [.. prompt];
        bool endsText = false;
        while (!endsText && sequence.Count - prompt.Length < maximumTokens && sequence.Count < model.MaximumPositions)
        {
            cancellationToken.ThrowIfCancellationRequested();
            float[] logits = model.NextTokenLogits(CollectionsMarshal.AsSpan(sequence));
            int likeliest = Array.IndexOf(logits, logits.Max());
            sequence.Add(likeliest);
            GenerationLog.Adds(logger, sequence.Count - prompt.Length, likeliest);
            endsText = endTokens.Contains(likeliest);
        }

        int added = sequence.Count - prompt.Length;
        if (!endsText && added < maximumTokens)
            GenerationLog.IsFull(logger, added, maximumTokens, model.MaximumPositions);
        GenerationLog.Ends(logger, added, endsText);
        return [.. sequence.Skip(prompt.Length)];
    }
}
