using System.Diagnostics;
using System.Globalization;
using AdapterToolkit.Formats;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>
/// What a test lets another process do: this assembly is started again, with the one explicit test below, which reads from its environment what to do.
/// </summary>
public sealed class ChildProcess
{
    /// <summary>Locks a folder, creates the file "ready" beside it and waits for its end.</summary>
    public const string HoldLock = "hold lock";

    private const string TaskVariable = "ADAPTER_CHILD_TASK", FolderVariable = "ADAPTER_CHILD_FOLDER", OperationVariable = "ADAPTER_CHILD_OPERATION";

    /// <summary>Starts the process.</summary>
    /// <param name="task">What it does: <see cref="HoldLock"/>, or the name of an <see cref="ExchangeCase"/>.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="operation">The file operation before which the process kills itself.</param>
    public static Process Start(string task, string folder, int operation = int.MaxValue)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[typeof(ChildProcess).Assembly.Location, "-explicit", "only", "-class", typeof(ChildProcess).FullName!])
            start.ArgumentList.Add(argument);
        start.Environment[TaskVariable] = task;
        start.Environment[FolderVariable] = folder;
        start.Environment[OperationVariable] = operation.ToString(CultureInfo.InvariantCulture);
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    [Fact(Explicit = true)]
    public void Do_what_the_environment_says()
    {
        string task = Environment.GetEnvironmentVariable(TaskVariable)
            ?? throw new InvalidOperationException($"{TaskVariable} is not set: only a test starts this.");
        string folder = Environment.GetEnvironmentVariable(FolderVariable)!;
        if (task == HoldLock)
        {
            using FolderLock held = FolderLock.Acquire(folder);
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(folder)!, "ready"), "");
            Thread.Sleep(TimeSpan.FromMinutes(1));
            return;
        }

        int left = int.Parse(Environment.GetEnvironmentVariable(OperationVariable)!, CultureInfo.InvariantCulture);
        FileOperations.Before = _ =>
        {
            if (--left == 0)
                Process.GetCurrentProcess().Kill();
        };
        ExchangeCase.All[task].Exchange(folder);
    }
}
