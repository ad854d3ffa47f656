using System.Runtime.InteropServices;

namespace AdapterToolkit.Devices;

/// <summary>Finds out what the processor is called.</summary>
internal static class ProcessorName
{
    private const string LinuxFile = "/proc/cpuinfo";

    internal static string Read()
    {
        try
        {
            if (File.Exists(LinuxFile) && File.ReadLines(LinuxFile).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line)
                return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }
        catch (IOException)
        {
            // The name is for people; the architecture below says enough.
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? $"{RuntimeInformation.ProcessArchitecture} processor";
    }
}
