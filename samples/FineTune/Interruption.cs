using System.Runtime.InteropServices;

namespace FineTune;

/// <summary>
/// Notices Ctrl+C, and a request to terminate: the first lets the program finish what it is at and save its state, a second
/// ends it at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _requested;

    /// <summary>Starts listening.</summary>
    public Interruption() =>
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Note), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Note)];

    /// <summary>Whether the user wants the program to stop.</summary>
    public bool Requested => _requested;

    /// <summary>Stops what leaves nothing to save: reading, and turning texts into tokens.</summary>
    public CancellationToken Token => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void Note(PosixSignalContext context)
    {
        context.Cancel = !_requested;
        _requested = true;
        _stop.Cancel();
    }
}
