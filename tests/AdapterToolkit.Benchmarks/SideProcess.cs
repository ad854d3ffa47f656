using System.Diagnostics;
using System.Reflection;

namespace AdapterToolkit.Benchmarks;

/// <summary>Runs one side of a comparison as a process of its own and gives what it printed.</summary>
internal static class SideProcess
{
    /// <summary>Runs this program once more with other arguments.</summary>
    public static string RunOurs(params string[] arguments)
    {
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return Run(isHost ? [program, Assembly.GetExecutingAssembly().Location, .. arguments] : [program, .. arguments]);
    }

    /// <summary>Runs a command and waits for its end.</summary>
    /// <exception cref="InvalidOperationException">The command failed.</exception>
    public static string Run(IReadOnlyList<string> command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"'{string.Join(' ', command)}' ended with exit code {process.ExitCode}:\n{output}");
    }
}
