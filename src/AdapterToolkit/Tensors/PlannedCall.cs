namespace AdapterToolkit.Tensors;

/// <summary>
/// A call that plans its buffers itself: the scopes of the thread are suspended, and nothing is released that the call does
/// not release. Where it fails in the middle, so that it never reaches <see cref="Complete"/>, all memory that it allocated
/// goes back to the pool: those who held it are gone with it.
/// <code>
/// using PlannedCall call = new();
/// ...
/// call.Complete();
/// return values;
/// </code>
/// </summary>
internal sealed class PlannedCall : IDisposable
{
    private readonly TensorScope.Suspension _suspension = TensorScope.Suspend();
    private readonly TensorScope _allocated = new();
    private bool _isComplete;

    /// <summary>Says that the call has come to its end: what is still held belongs to its holders.</summary>
    internal void Complete() => _isComplete = true;

    /// <summary>Ends the call, and takes back what it allocated if it failed.</summary>
    public void Dispose()
    {
        if (_isComplete)
            _allocated.Forget();
        else
            _allocated.TakeBack();
        _suspension.Dispose();
    }
}
