using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Models;
using AdapterToolkit.Training;
using FineTune.Data;
using FineTune.Display;

namespace FineTune;

/// <summary>Loads what was saved, writes the merged model where the user asks for it, and compares both with the trained model.</summary>
/// <param name="options">What the user asks for.</param>
/// <param name="display">Where it is shown what rounding changed.</param>
internal sealed class SavedResults(FineTuneOptions options, IDisplay display)
{
    /// <summary>Does it.</summary>
    /// <param name="model">The trained model. It is disposed, so that its memory serves what is loaded.</param>
    /// <param name="input">What the run has read.</param>
    /// <param name="report">The report so far.</param>
    /// <returns>The report with the largest differences.</returns>
    public Report Check(LanguageModel model, RunInput input, Report report)
    {
        ComputeDevice device = model.Device;
        LogitCheck check = new(model, (input.Sequences.HeldOut is [TrainingSequence heldOut, ..] ? heldOut : input.Sequences.Training[0]).Ids.Span);
        model.Dispose();
        EndTokens? answerEnd = input.Corpus.Conversations.Count > 0 ? input.Encoder.AnswerEnd : null;
        using LanguageModel reloaded = CausalModel.Load<Projection>(options.ModelFolder, device, options.Storage);
        reloaded.Adapter.Load(options.AdapterFolder);
        double reloadError = check.LargestError(reloaded);
        return report with { AdapterReloadMaxError = reloadError, MergeMaxError = new MergedModel(options, display, check, answerEnd).Write(reloaded) };
    }
}
