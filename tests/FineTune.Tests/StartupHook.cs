/// <summary>
/// Runs before the program's own start where DOTNET_STARTUP_HOOKS names this assembly: starts a thread that fails while the program is at work.
/// The runtime looks for a class of this name outside of namespaces.
/// </summary>
internal static class StartupHook
{
    /// <summary>What the thread's exception says.</summary>
    internal const string Message = "A thread has failed.";

    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(2);

    /// <summary>Starts the thread.</summary>
    public static void Initialize() => new Thread(Fail) { IsBackground = true }.Start();

    private static void Fail()
    {
        Thread.Sleep(s_delay);
        throw new InvalidCastException(Message);
    }
}
