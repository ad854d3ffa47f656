using AdapterToolkit.Generators.Emission;
using AdapterToolkit.Tests.Shared;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>
/// Compares a text with the one in <c>Snapshots/NAME.verified.cs</c> and leaves the text beside it, as
/// <c>NAME.received.cs</c>, where they differ. With ADAPTER_ACCEPT_SNAPSHOTS=1 the text is accepted. The generator's version
/// is left out of it, so that a new version changes no snapshot.
/// </summary>
internal static class Snapshot
{
    public static void Verify(string name, string text)
    {
        text = text.Replace($"\"{GeneratedCode.Version}\"", "\"VERSION\"", StringComparison.Ordinal);
        string folder = Path.Combine(SolutionFolder.Find(), "tests", "AdapterToolkit.Generators.Tests", "Snapshots");
        string verified = Path.Combine(folder, $"{name}.verified.cs"), received = Path.Combine(folder, $"{name}.received.cs");
        Directory.CreateDirectory(folder);
        if (Environment.GetEnvironmentVariable("ADAPTER_ACCEPT_SNAPSHOTS") == "1")
            File.WriteAllText(verified, text);
        if (File.Exists(verified) && File.ReadAllText(verified) == text)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, text);
        Assert.Fail($"{received} differs from {verified}. Compare them; ADAPTER_ACCEPT_SNAPSHOTS=1 accepts what was received.");
    }
}
