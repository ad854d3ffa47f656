namespace AdapterToolkit.Devices;

/// <summary>
/// Lets one thread at a time use something, and refuses a second one rather than let it wait or mix its numbers in. The thread
/// inside may enter once more.
/// </summary>
/// <param name="name">What is used, as the first words of the message.</param>
internal sealed class ExclusiveUse(string name)
{
    private int _thread;
    private int _depth;

    /// <summary>Enters; the thread leaves when what is returned is disposed.</summary>
    /// <param name="others">What else is used, entered after this; null for nothing.</param>
    /// <exception cref="InvalidOperationException">Another thread is inside.</exception>
    internal Hold Enter(ExclusiveUse? others = null)
    {
        EnterAlone();
        try
        {
            others?.EnterAlone();
        }
        catch
        {
            Leave();
            throw;
        }

        return new Hold(this, others);
    }

    private void EnterAlone()
    {
        int current = Environment.CurrentManagedThreadId;
        int holder = Interlocked.CompareExchange(ref _thread, current, 0);
        if (holder != 0 && holder != current)
        {
            throw new InvalidOperationException(
                $"{name} is in use by another thread. Let one thread use it at a time, by a lock around the calls, or give each thread its own.");
        }

        _depth++;
    }

    private void Leave()
    {
        if (--_depth == 0)
            Volatile.Write(ref _thread, 0);
    }

    /// <summary>The thread's stay inside, which ends when this is disposed.</summary>
    internal readonly ref struct Hold : IDisposable
    {
        private readonly ExclusiveUse? _first;
        private readonly ExclusiveUse? _second;

        internal Hold(ExclusiveUse first, ExclusiveUse? second)
        {
            _first = first;
            _second = second;
        }

        public void Dispose()
        {
            _second?.Leave();
            _first?.Leave();
        }
    }
}
