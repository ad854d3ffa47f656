using System.Runtime.CompilerServices;
using Xunit;

namespace AdapterToolkit.Generators.Tests.Support;

/// <summary>
/// Compares text with a file that was read and accepted by a person: <c>Snapshots/NAME.verified.cs</c>. Where they differ
/// the text is left beside it as <c>.received.cs</c>. Set ADAPTER_ACCEPT_SNAPSHOTS to 1 to accept what is received.
/// </summary>
internal static class Snapshot
{
    /// <summary>Asserts that a text is the accepted one.</summary>
    public static void Verify(string text, string name, [CallerFilePath] string testFile = "")
    {
        string folder = Path.Combine(Path.GetDirectoryName(testFile)!, "Snapshots");
        string verified = Path.Combine(folder, $"{name}.verified.cs");
        string received = Path.Combine(folder, $"{name}.received.cs");
        string actual = text.ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable("ADAPTER_ACCEPT_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(verified, actual);
            File.Delete(received);
            return;
        }

        string expected = File.Exists(verified) ? File.ReadAllText(verified).ReplaceLineEndings("\n") : "";
        if (expected == actual)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, actual);
        Assert.Fail($"The emitted text differs from the accepted one. Compare {verified} with {received}; with ADAPTER_ACCEPT_SNAPSHOTS=1 the test accepts it.");
    }
}
