using AdapterToolkit.Weights;

namespace AdapterToolkit.Optimizers;

/// <summary>Moments that were read and are not in use yet.</summary>
/// <param name="optimizer">The optimizer that they are for.</param>
/// <param name="states">The moments.</param>
internal sealed class AdamWReadState(AdamW optimizer, Dictionary<Parameter, AdamWState> states) : IOptimizerState
{
    private Dictionary<Parameter, AdamWState>? _states = states;

    /// <inheritdoc/>
    public void Use()
    {
        if (_states is { } states)
            optimizer.Adopt(states);
        _states = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_states is { } states)
            AdamW.Release(states);
        _states = null;
    }
}
