using AdapterToolkit.Models;
using AdapterToolkit.Operators;

namespace FineTune;

/// <summary>Compares a model's logits with those of the trained one, on a sequence of the data.</summary>
internal sealed class LogitCheck
{
    private readonly TokenIds _tokens;
    private readonly float[] _expected;

    /// <summary>Takes the logits of the trained model.</summary>
    /// <param name="trained">The trained model.</param>
    /// <param name="ids">The sequence.</param>
    public LogitCheck(LanguageModel trained, ReadOnlySpan<int> ids)
    {
        _tokens = new TokenIds(1, ids.Length, ids);
        _expected = trained.Logits(_tokens);
    }

    /// <summary>The largest absolute difference of a logit of another model from the trained one's.</summary>
    /// <param name="model">The other model.</param>
    public double LargestError(LanguageModel model)
    {
        float[] logits = model.Logits(_tokens);
        double largest = 0;
        for (int i = 0; i < logits.Length; i++)
            largest = Math.Max(largest, Math.Abs((double)logits[i] - _expected[i]));
        return largest;
    }
}
