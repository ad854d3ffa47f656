using System.CommandLine;
using FineTune.Display;
using Xunit;

namespace FineTune.Tests;

/// <summary>
/// Runs the program in the tests' own process, from the command line's arguments on: quicker than <see cref="FineTuneProgram"/>, and exceptions come
/// through.
/// </summary>
internal static class ProgramInProcess
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="display">Where it is shown.</param>
    /// <param name="arguments">The command line.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IDisplay display, params string[] arguments)
    {
        CommandLine commandLine = new();
        ParseResult parsed = commandLine.Root.Parse(arguments);
        Assert.Empty(parsed.Errors);
        using Interruption interruption = new();
        return new FineTuneRun(commandLine.Read(parsed), CommandLine.Given(parsed), display, interruption).Run();
    }

    /// <summary>Runs it, which must succeed.</summary>
    /// <param name="arguments">The command line.</param>
    /// <returns>What it showed.</returns>
    public static RecordingDisplay Succeed(params string[] arguments)
    {
        RecordingDisplay display = new();
        Assert.Equal(0, Run(display, arguments));
        return display;
    }

    /// <summary>Runs it, which must fail.</summary>
    /// <param name="arguments">The command line.</param>
    /// <returns>The line that it ends with.</returns>
    public static string Fail(params string[] arguments)
    {
        string message = Failure.Describe(Assert.ThrowsAny<Exception>(() => Run(new RecordingDisplay(), arguments)));
        Assert.Single(message.Split('\n'));
        return message;
    }
}
