using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Models;
using AdapterToolkit.Weights;
using FineTune.Display;

namespace FineTune;

/// <summary>Merges the adapter into the model and, where the user asks for it, writes that to <c>merged/</c> and compares what was written.</summary>
/// <param name="options">What the user asks for.</param>
/// <param name="display">Where it is shown what rounding changed.</param>
/// <param name="check">The trained model's logits.</param>
/// <param name="answerEnd">What ends an answer, where the data are conversations; otherwise null.</param>
internal sealed class MergedModel(FineTuneOptions options, IDisplay display, LogitCheck check, EndTokens? answerEnd)
{
    /// <summary>Bits of all that the sum of base and adapter has.</summary>
    private const int ExactBits = 32;

    private SaveOptions SaveOptions => new() { EndTokens = answerEnd, ChatTemplateFile = options.ChatTemplate, FullPrecision = options.MergeFullPrecision };

    /// <summary>Merges and writes.</summary>
    /// <param name="model">The base model with the adapter beside it. It is disposed when it is written.</param>
    /// <returns>The largest absolute difference of a logit of the sums, in float32, from the trained model's.</returns>
    public double Write(LanguageModel model)
    {
        if (!options.Merge || options.MergeFullPrecision)
            model.MergeTo(ExactBits);
        else
            model.MergeTo(ExactBits, reversible: true);
        double error = check.LargestError(model);
        if (!options.Merge)
            return error;
        if (answerEnd?.StopText is { } text)
            display.ShowLine($"The tokenizer has no token for '{text}', which ends an answer by the chat template: merged/ can't name it in eos_token_id.");
        return options.MergeFullPrecision ? WriteExact(model) : WriteRounded(model, error);
    }

    private double WriteExact(LanguageModel model)
    {
        ComputeDevice device = model.Device;
        model.Save(options.MergedFolder, SaveOptions);
        model.Dispose();
        using LanguageModel merged = CausalModel.Load<Projection>(options.MergedFolder, device, WeightStorage.Dense);
        return check.LargestError(merged);
    }

    private double WriteRounded(LanguageModel model, double error)
    {
        ComputeDevice device = model.Device;
        model.Unmerge();
        MergeRounding rounding = model.MergeToBaseType();
        model.Save(options.MergedFolder, SaveOptions);
        model.Dispose();
        using LanguageModel merged = CausalModel.Load<Projection>(options.MergedFolder, device, WeightStorage.Dense);
        double written = check.LargestError(merged);
        if (rounding.LargestError == 0)
            return written;
        string share = rounding.ShareOfAdapter is { } part ? $", {Quantity.Number(100 * part, 1)} % of what the adapter adds in all," : "";
        display.ShowLine($"merged/ has the base's element type: rounding to it changed a weight by {Quantity.Tiny(rounding.LargestError)} "
            + $"at most{share} and a logit by {Quantity.Tiny(written)}. --merge-type float32 keeps every bit.");
        return error;
    }
}
