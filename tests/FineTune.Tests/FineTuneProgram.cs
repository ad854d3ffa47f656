using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FineTune.Tests;

/// <summary>Runs the program as a user does, as a process of its own, on the CPU device with two threads.</summary>
internal static class FineTuneProgram
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="arguments">The command line.</param>
    public static RunResult Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        return ResultOf(process);
    }

    /// <summary>Runs it with a thread beside it that fails after a while; see <see cref="StartupHook"/>.</summary>
    /// <param name="arguments">The command line.</param>
    public static RunResult RunWithFailingThread(params string[] arguments)
    {
        using Process process = Start(arguments, startupHook: typeof(StartupHook).Assembly.Location);
        return ResultOf(process);
    }

    /// <summary>Runs it until a file exists, then sends what Ctrl+C sends.</summary>
    /// <param name="awaited">The file.</param>
    /// <param name="arguments">The command line.</param>
    public static RunResult RunAndInterrupt(string awaited, params string[] arguments)
    {
        using Process process = Start(arguments);
        while (!File.Exists(awaited) && !process.HasExited)
            Thread.Sleep(10);
        if (!process.HasExited)
        {
            using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }

        return ResultOf(process);
    }

    /// <summary>Runs it, and kills it after a time, if it has not ended by then.</summary>
    /// <param name="time">The time.</param>
    /// <param name="arguments">The command line.</param>
    /// <returns>What it gave; null where it was killed.</returns>
    public static RunResult? RunAndKill(TimeSpan time, params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<RunResult> result = Task.Run(() => ResultOf(process));
        if (!result.Wait(time))
        {
            process.Kill();
            result.Wait();
            return result.Result.ExitCode == 0 ? result.Result : null;
        }

        return result.Result;
    }

    private static Process Start(string[] arguments, string? startupHook = null)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "FineTune.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        if (startupHook is not null)
            start.Environment["DOTNET_STARTUP_HOOKS"] = startupHook;
        return Process.Start(start) ?? throw new InvalidOperationException("The program did not start.");
    }

    private static RunResult ResultOf(Process process)
    {
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new RunResult(process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}

/// <summary>What a run of the program gave.</summary>
/// <param name="ExitCode">The exit code.</param>
/// <param name="Output">The standard output.</param>
/// <param name="Errors">The standard error.</param>
internal sealed record RunResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The report on standard output.</summary>
    public JsonElement Report => JsonDocument.Parse(Output).RootElement;

    /// <summary>The losses of the report's steps.</summary>
    public double[] TrainingLosses => [.. Report.GetProperty("trainingLosses").EnumerateArray().Select(loss => loss.GetDouble())];

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"exit code {ExitCode}\n{Output}\n{Errors}");
}
