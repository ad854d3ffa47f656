using System.CommandLine;
using FineTune;
using FineTune.Display;

// The main job: fine-tunes adapters of a Llama-family model on text. `--help` lists the options.
Failure.CatchUnhandled();
CommandLine commandLine = new();
commandLine.Root.SetAction(arguments => Run(commandLine, arguments));
ParseResult arguments = commandLine.Root.Parse(args);
if (arguments.Errors.Count > 0)
    return Failure.Show(string.Join(" ", arguments.Errors.Select(error => error.Message)) + " --help lists the options.");
return arguments.Invoke();

static int Run(CommandLine commandLine, ParseResult arguments)
{
    try
    {
        FineTuneOptions options = commandLine.Read(arguments);
        using Interruption interruption = new();
        return new FineTuneRun(options, CommandLine.Given(arguments), options.Json ? new SilentDisplay() : new ConsoleDisplay(), interruption).Run();
    }
    catch (Exception exception)
    {
        return Failure.Show(exception);
    }
}
