using AdapterToolkit.Formats;
using AdapterToolkit.Models;
using AdapterToolkit.Training;
using FineTune.Display;

namespace FineTune.Data;

/// <summary>What a run reads before it loads the model.</summary>
/// <param name="Config">The base model's dimensions.</param>
/// <param name="Encoder">Turns texts into tokens.</param>
/// <param name="Corpus">What there is to learn.</param>
/// <param name="Sequences">The sequences that it gives.</param>
/// <param name="Batches">Those that train, in batches.</param>
internal sealed record RunInput(CausalModelConfig Config, TextEncoder Encoder, Corpus Corpus, PreparedData Sequences, ShuffledBatches Batches)
{
    /// <summary>Reads it all; what is quick to read, and may be named by mistake, comes first.</summary>
    /// <param name="options">What the user asks for.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="UserException">Something that an option names is missing, or is not what it should be.</exception>
    /// <exception cref="CheckpointException">A file of the base model is malformed.</exception>
    public static RunInput Read(FineTuneOptions options, CancellationToken cancellationToken)
    {
        CausalModelConfig config = ReadConfig(options);
        TextEncoder encoder = new(options.ModelFolder, config, options.ChatTemplate) { Now = options.Started };
        if (options.ChatTemplate is not null)
            encoder.ReadTemplate();
        Corpus corpus = options.Data is null ? ReferenceDocumentation.Read() : Corpus.Read(options.Data, cancellationToken);
        if (options.ChatTemplate is not null && corpus.Conversations.Count == 0)
            throw new UserException("--chat-template: the data hold no conversation. Leave the option out, or name data with 'messages' by --data.");
        PreparedData sequences = corpus.Prepare(encoder, options.Sequence, cancellationToken);
        return new RunInput(config, encoder, corpus, sequences, MakeBatches(options, sequences));
    }

    /// <summary>
    /// What the model is to continue. There must be room behind it; a prompt out of the data that leaves none loses its beginning, which is said.
    /// </summary>
    /// <param name="options">What the user asks for.</param>
    /// <param name="tokens">The number of tokens for which there must be room.</param>
    /// <param name="display">Where it is said.</param>
    /// <exception cref="UserException">The user's own prompt is too long, or the chat template renders it to nothing.</exception>
    public Prompt PromptOf(FineTuneOptions options, int tokens, IDisplay display)
    {
        string? given = options.Prompt ?? Corpus.Prompt;
        Prompt prompt = given is null ? Sequences.Prompt : Encoder.PromptOf(given, asMessage: Corpus.Conversations.Count > 0);
        if (prompt.Ids.Length == 0)
            throw new UserException("--chat-template: the prompt has no tokens, since the chat template renders nothing for it. "
                + "Supply a template that renders the user's messages and, with add_generation_prompt, how an answer begins.");
        int most = Math.Max(1, Encoder.MaximumPositions - tokens), tooMany = prompt.Ids.Length - most;
        if (tooMany <= 0)
            return prompt;
        if (options.Prompt is not null)
            throw new UserException($"--prompt: it has {prompt.Ids.Length} tokens; "
                + $"{most} are the most, so that {tokens} more fit the model's {Encoder.MaximumPositions}. Shorten it.");
        display.ShowLine($"The prompt has {prompt.Ids.Length} tokens; "
            + $"its first {tooMany} are left out, so that {tokens} more fit the model's {Encoder.MaximumPositions}.");
        return prompt with { Ids = prompt.Ids[tooMany..] };
    }

    private static CausalModelConfig ReadConfig(FineTuneOptions options)
    {
        CausalModelConfig config;
        try
        {
            config = CausalModelConfig.FromFolder(options.ModelFolder);
        }
        catch (CheckpointException exception) when (exception.FilePath == options.ModelFolder)
        {
            string remedy = Path.Exists(options.ModelFolder)
                ? ""
                : $" Name the folder of a checkpoint, with {CausalModelConfig.FileName}, {ModelTokenizer.FileName} and {Checkpoint.SingleFileName}.";
            throw new UserException($"--model {exception.Message}{remedy}");
        }

        CheckpointConsistency.Check(options.ModelFolder, config.VocabularySize);
        return options.Sequence <= config.MaxPositions
            ? config
            : throw new UserException($"--sequence {options.Sequence}: the model takes {config.MaxPositions} tokens at most.");
    }

    private static ShuffledBatches MakeBatches(FineTuneOptions options, PreparedData sequences)
    {
        try
        {
            return new ShuffledBatches(sequences.Training, options.Batch, options.Seed);
        }
        catch (ArgumentException exception)
        {
            throw new UserException($"--batch {options.Batch}: {exception.Message.Split(" (Parameter")[0]}");
        }
    }
}
