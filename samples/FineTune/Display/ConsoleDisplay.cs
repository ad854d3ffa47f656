using Spectre.Console;

namespace FineTune.Display;

/// <summary>Shows tables and, on a terminal, a live progress bar; elsewhere plain lines.</summary>
internal sealed class ConsoleDisplay : IDisplay
{
    /// <inheritdoc/>
    public void ShowSummary(RunSummary summary)
    {
        double ratio = (double)summary.TrainableParameters / summary.BaseParameters;
        Table table = new Table().RoundedBorder().HideHeaders().AddColumns("what", "value");
        table.Columns[0].NoWrap();
        AddRow(table, "base model", summary.Model);
        AddRow(table, "device", summary.Device);
        AddRow(table, "trainable parameters",
            $"{Quantity.Count(summary.TrainableParameters)} of {Quantity.Count(summary.BaseParameters)} ({Quantity.Number(100 * ratio, 2)} %)");
        AddRow(table, "base size", summary.BitsPerWeight is { } bits
            ? $"{Quantity.Bytes(summary.DenseBytes)} in the file, "
                + $"{Quantity.Bytes(summary.BaseBytes)} quantized ({Quantity.Number(bits, 3)} bits a weight of its projections)"
            : Quantity.Bytes(summary.BaseBytes));
        AddRow(table, "adapter size", Quantity.Bytes(summary.AdapterBytes));
        AddRow(table, "text", summary.Data);
        AddRow(table, "trained on", $"{Quantity.Count(summary.TrainingTokens)} tokens in {Quantity.Count(summary.TrainingSequences)} sequences");
        AddRow(table, "held out", $"{Quantity.Count(summary.HeldOutTokens)} tokens in {Quantity.Count(summary.HeldOutSequences)} sequences");
        AnsiConsole.Write(table);
    }

    /// <inheritdoc/>
    public void ShowLine(string text) => Console.WriteLine(VisibleText.Of(text));

    /// <inheritdoc/>
    public void ShowTraining(int completed, int steps, Action<ITrainingProgress> train)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            train(new PlainProgress(steps));
            return;
        }

        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask("training", maxValue: steps);
                task.Value = completed;
                train(new BarProgress(task, steps));
                task.StopTask();
            });
    }

    /// <inheritdoc/>
    public void ShowOutcome(Outcome outcome)
    {
        Report report = outcome.Report;
        Table losses = new Table().RoundedBorder().AddColumns("", "before", "after");
        losses.Columns[1].RightAligned();
        losses.Columns[2].RightAligned();
        AddRow(losses, "held-out loss (nats per token)", Quantity.Number(report.HeldOutLossBefore, 4), Quantity.Number(report.HeldOutLossAfter, 4));
        AddRow(losses, "held-out perplexity", Quantity.Perplexity(report.HeldOutLossBefore), Quantity.Perplexity(report.HeldOutLossAfter));
        AnsiConsole.Write(losses);

        AnsiConsole.Write(new Panel(new Markup(
                $"[bold]{Escape(outcome.Prompt)}[/]\n\n"
                + $"[grey]before:[/] {Escape(outcome.ContinuationBefore)}\n\n"
                + $"[green]after:[/]  {Escape(outcome.ContinuationAfter)}"))
            .Header("the same prompt, continued greedily")
            .RoundedBorder()
            .Expand());

        ShowLine($"Trained {Quantity.Count(report.Steps)} steps at {Quantity.Number(report.TokensPerSecond, 0)} tokens/s; "
            + $"peak memory {Quantity.Bytes(report.PeakWorkingSetBytes)}.");
        ShowLine("Largest difference of a logit from the trained model: "
            + $"{Quantity.Tiny(report.AdapterReloadMaxError)} with the adapter reloaded, {Quantity.Tiny(report.MergeMaxError)} merged.");
        if (outcome.Output is { } folder)
            ShowLine($"Results are in {folder}.");
    }

    private static void AddRow(Table table, params string[] cells) => table.AddRow([.. cells.Select(cell => new Text(VisibleText.Of(cell)))]);

    private static string Escape(string text) => Markup.Escape(VisibleText.Of(text));
}
