using System.Reflection;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Training;
using FineTune.Display;

namespace FineTune;

/// <summary>Says in one line why the program ends before its end.</summary>
internal static class Failure
{
    /// <summary>The exit code.</summary>
    private const int ExitCode = 1;

    /// <summary>The environment variable that asks for the exception's whole text.</summary>
    private const string DetailsVariable = "FINE_TUNE_DETAILS";

    private const string MemoryRemedy = MemoryNeed.Remedy + " Without --dense the base takes less, and with --optimizer-bits 8 the training.";

    /// <summary>Shows an exception.</summary>
    /// <param name="exception">The exception.</param>
    /// <returns>The program's exit code.</returns>
    public static int Show(Exception exception)
    {
        Show(Describe(exception));
        if (Environment.GetEnvironmentVariable(DetailsVariable) is "1")
            Console.Error.WriteLine(exception);
        return ExitCode;
    }

    /// <summary>Shows a message.</summary>
    /// <param name="message">The message.</param>
    /// <returns>The program's exit code.</returns>
    public static int Show(string message)
    {
        Console.Error.WriteLine($"error: {VisibleText.Of(message.ReplaceLineEndings(" "))}");
        return ExitCode;
    }

    /// <summary>Shows exceptions of other threads and of finalizers too, and ends the program, where the runtime would print a stack trace.</summary>
    public static void CatchUnhandled() => AppDomain.CurrentDomain.UnhandledException += (_, arguments) =>
    {
        int code = arguments.ExceptionObject is Exception exception ? Show(exception) : Show("The program failed.");
        Environment.Exit(code);
    };

    /// <summary>What is wrong and what to do. An exception that is not meant for the user is named, with how to see more of it.</summary>
    /// <param name="exception">The exception.</param>
    internal static string Describe(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: [Exception inner, ..] } => Describe(inner),
        TargetInvocationException { InnerException: { } inner } => Describe(inner),
        TypeInitializationException { InnerException: { } inner } => Describe(inner),
        TrainingDivergedException => $"{exception.Message} The option is --learning-rate.",
        DeviceMemoryException memory =>
            $"The device has no room for {Quantity.Bytes(memory.RequestedBytes)} more; {Quantity.Bytes(memory.HeldBytes)} of it are held. {MemoryRemedy}",
        OutOfMemoryException => $"There is not enough memory. {MemoryRemedy}",
        UserException or CheckpointException or IOException or UnauthorizedAccessException => exception.Message,
        _ => $"{exception.GetType().Name}: {exception.Message} (Set {DetailsVariable}=1 to see where it happened.)",
    };
}
