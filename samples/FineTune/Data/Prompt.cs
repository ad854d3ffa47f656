using AdapterToolkit.Formats;

namespace FineTune.Data;

/// <summary>What the model is asked to continue, before and after training.</summary>
/// <param name="Text">What is shown.</param>
/// <param name="Ids">What the model reads.</param>
/// <param name="End">What ends the continuation.</param>
internal sealed record Prompt(string Text, int[] Ids, EndTokens End);
