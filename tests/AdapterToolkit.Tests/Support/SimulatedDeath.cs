using AdapterToolkit.Formats;

namespace AdapterToolkit.Tests.Support;

/// <summary>
/// The end of a process at one of its file operations, played within this one: after it no further operation is done, those of the cleaning up included.
/// </summary>
internal static class SimulatedDeath
{
    /// <summary>Does something, and dies before one of its file operations.</summary>
    /// <param name="operation">Which, from one on.</param>
    /// <param name="action">What is done.</param>
    /// <returns>Whether it died; otherwise there were fewer operations, and it is done.</returns>
    public static bool Before(int operation, Action action)
    {
        int count = 0;
        FileOperations.Before = _ =>
        {
            if (++count >= operation)
                throw new DeathException();
        };
        try
        {
            action();
            return false;
        }
        catch (DeathException)
        {
            return true;
        }
        finally
        {
            FileOperations.Before = null;
        }
    }

    /// <summary>The file operations of an action: a verb and a path each.</summary>
    public static List<string> Operations(Action action)
    {
        List<string> operations = [];
        FileOperations.Before = operations.Add;
        try
        {
            action();
        }
        finally
        {
            FileOperations.Before = null;
        }

        return operations;
    }

    private sealed class DeathException : Exception;
}
