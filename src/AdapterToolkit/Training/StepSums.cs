using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Training;

/// <summary>The gradients and losses of one step, on their way into the tree and to an exchange.</summary>
internal sealed class StepSums : IDisposable
{
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly Dictionary<Parameter, int> _indexes = [];
    private readonly IGradientExchangeStep _exchange;
    private readonly SequenceTree<double> _losses;
    private readonly HashSet<Parameter> _contributed = [];
    private bool _contributes;

    /// <summary>Sets all gradients to zero.</summary>
    /// <param name="parameters">The parameters that train.</param>
    /// <param name="share">The sequences of this process.</param>
    /// <param name="exchange">Where the sums go.</param>
    internal StepSums(IReadOnlyList<Parameter> parameters, SequenceShare share, IGradientExchangeStep exchange)
    {
        _parameters = parameters;
        _exchange = exchange;
        _losses = new SequenceTree<double>(share, static (left, right) => left + right);
        foreach (Parameter parameter in parameters)
        {
            _indexes.Add(parameter, _indexes.Count);
            GradientSum.Start(parameter, share);
        }
    }

    /// <summary>Hands the parameters' gradients on as soon as they are ready from now on: the step's last pass begins.</summary>
    internal void ContributeWhenReady()
    {
        _contributes = true;
        foreach (Parameter parameter in _parameters)
            parameter.GradientReady += Contribute;
    }

    /// <summary>Adds the losses of a batch.</summary>
    /// <param name="examples">Its examples.</param>
    /// <param name="first">The number of the first.</param>
    /// <param name="losses">The loss of each.</param>
    internal void AddLosses(IReadOnlyList<Example> examples, int first, double[] losses)
    {
        if (losses.Length != examples.Count)
            throw new InvalidOperationException($"The objective gave {losses.Length} losses for a batch of {examples.Count} examples.");
        for (int i = 0; i < losses.Length; i++)
        {
            if (examples[i].Labels > 0)
                _losses.Add(new SequenceRange(first + i, 1), losses[i]);
        }
    }

    /// <summary>Hands on what is left, and waits for the sums of all processes.</summary>
    /// <param name="stops">Whether this process asks all to stop.</param>
    internal StepOutcome Complete(bool stops)
    {
        for (int i = _parameters.Count - 1; i >= 0; i--)
            Contribute(_parameters[i], EventArgs.Empty);
        return _exchange.Complete(_losses.Complete(), stops);
    }

    /// <summary>Gives the memory of all sums but the whole gradients back.</summary>
    public void Dispose()
    {
        foreach (Parameter parameter in _parameters)
        {
            if (_contributes)
                parameter.GradientReady -= Contribute;
            parameter.ReleasePartialGradients();
        }
    }

    private void Contribute(object? sender, EventArgs e)
    {
        if (sender is Parameter parameter && _contributed.Add(parameter))
            _exchange.Add(new GradientContribution(_indexes[parameter], parameter, parameter.PartialGradients!.Complete()));
    }
}
