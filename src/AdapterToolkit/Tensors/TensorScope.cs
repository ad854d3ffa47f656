namespace AdapterToolkit.Tensors;

/// <summary>
/// Releases what is allocated while it is open. Code that calls operators directly, outside a lifted <c>Forward</c>, opens
/// one, so that intermediate tensors go back to the pool without being named:
/// <code>
/// using var scope = new TensorScope();
/// float[] logits = model.Forward(tokens, context).ToArray();
/// </code>
/// </summary>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    private static TensorScope? s_current;

    private readonly TensorScope? _outer;
    private readonly List<Tensor> _tensors = [];
    private bool _isClosed;

    /// <summary>Opens a scope on this thread, inside the one that is open there, if any.</summary>
    public TensorScope()
    {
        _outer = s_current;
        s_current = this;
    }

    internal static TensorScope? Current => s_current;

    /// <summary>Keeps a tensor beyond the end of the scope: the caller becomes its holder.</summary>
    /// <param name="tensor">A tensor that was allocated in this scope.</param>
    /// <returns>The same tensor.</returns>
    public Tensor Keep(Tensor tensor)
    {
        _tensors.Remove(tensor);
        _outer?.Add(tensor);
        return tensor;
    }

    /// <summary>Closes the scope and releases what was allocated in it and is still held.</summary>
    public void Dispose()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        s_current = _outer;
        foreach (Tensor tensor in _tensors)
        {
            if (tensor.IsHeld)
                tensor.Release();
        }

        _tensors.Clear();
    }

    /// <summary>Suspends the scopes of this thread, for code that plans its buffers itself.</summary>
    internal static Suspension Suspend() => new();

    /// <summary>Closes the scope and releases nothing.</summary>
    internal void Forget()
    {
        s_current = _outer;
        _tensors.Clear();
    }

    /// <summary>Closes the scope and gives back all memory that was allocated in it, however many hold it.</summary>
    internal void TakeBack()
    {
        s_current = _outer;

        // A view comes after the tensor that it holds.
        for (int i = _tensors.Count - 1; i >= 0; i--)
            _tensors[i].TakeBack();
        _tensors.Clear();
    }

    internal void Add(Tensor tensor) => _tensors.Add(tensor);

    /// <summary>Brings the suspended scope back when disposed.</summary>
    internal readonly struct Suspension : IDisposable
    {
        private readonly TensorScope? _suspended;

        public Suspension()
        {
            _suspended = s_current;
            s_current = null;
        }

        public void Dispose() => s_current = _suspended;
    }
}
