using System.Diagnostics;

namespace AdapterToolkit.Package.Tests;

/// <summary>Runs the SDK's command line as a user does.</summary>
internal static class DotNet
{
    /// <summary>Runs a command to its end.</summary>
    /// <param name="folder">The folder to run it in.</param>
    /// <param name="arguments">The command's arguments.</param>
    public static CommandResult Run(string folder, params string[] arguments) => Run(folder, new Dictionary<string, string>(), arguments);

    /// <summary>Runs a command to its end.</summary>
    /// <param name="folder">The folder to run it in.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="arguments">The command's arguments.</param>
    public static CommandResult Run(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start(folder, "dotnet", environment, arguments);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="folder">The folder to run it in.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    public static CommandResult RunProgram(string folder, string program, params string[] arguments) =>
        Start(folder, program, new Dictionary<string, string>(), arguments);

    private static CommandResult Start(string folder, string program, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

        // What the running test's own build has set must not reach another build.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1";
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new CommandResult(process.ExitCode, output + errors.GetAwaiter().GetResult());
    }
}

/// <summary>What a command gave.</summary>
/// <param name="ExitCode">The exit code.</param>
/// <param name="Output">What it printed.</param>
internal sealed record CommandResult(int ExitCode, string Output)
{
    /// <summary>This result, where the command succeeded.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public CommandResult Succeeded() => ExitCode == 0 ? this : throw new InvalidOperationException($"The command ended with exit code {ExitCode}:\n{Output}");
}
