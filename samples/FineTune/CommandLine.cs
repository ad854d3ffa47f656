using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using AdapterToolkit.Devices;

namespace FineTune;

/// <summary>The program's options, with their descriptions for <c>--help</c>.</summary>
internal sealed class CommandLine
{
    private const string BaseType = "base";
    private const string FullPrecision = "float32";

    private readonly Option<string?> _model = new("--model")
    {
        HelpName = "DIR",
        Description = "The base model: a checkpoint of the Llama family in the Hugging Face layout (config.json, tokenizer.json, model.safetensors). "
            + "Default: the small model that ships with this sample.",
    };

    private readonly Option<string?> _data = new("--data")
    {
        HelpName = "FILE|DIR",
        Description = "What to learn: a .txt or .md file, a .jsonl file whose lines have 'text' or 'messages' (role, content), "
            + "or a folder of such files, in UTF-8. Default: the System.Xml documentation of .NET.",
    };

    private readonly Option<string?> _chatTemplate = new("--chat-template")
    {
        HelpName = "FILE",
        Description = "The chat template for conversations, in Jinja's language, in place of the base model's own.",
    };

    private readonly Option<bool> _dense = new("--dense")
    {
        Description = "Keep the base's weights as the file has them, in 16 or 32 bits, in place of quantizing them to NF4 (LoRA in place of QLoRA).",
    };

    private readonly Option<string?> _device = new("--device")
    {
        HelpName = "NAME",
        Description = "cpu, cuda:0, opencl:0 or debug. Default: a CUDA device, else an OpenCL GPU, else the CPU.",
    };

    private readonly Option<int> _threads =
        Number("--threads", $"Threads of the CPU device, {CpuDevice.MostThreads} at most; 0 stands for all cores.", 0, least: 0, most: CpuDevice.MostThreads);
    private readonly Option<int> _steps = Number("--steps",
        "Steps of training; 0 only measures the base model, and leaves what an earlier training left in the output folder as it is.", 200, least: 0);
    private readonly Option<int> _batch = Number("--batch", "Sequences in a step.", 8, least: 1);
    private readonly Option<int> _sequence = Number("--sequence", "Tokens in a sequence. Conversations are cut to it.", 128, least: 2);

    private readonly Option<float> _learningRate = new("--learning-rate")
    {
        HelpName = "RATE",
        Description = "The highest learning rate: the first tenth of the steps, 20 at most, grows up to it, the others fall in a straight line to zero.",
        DefaultValueFactory = _ => 2e-3f,
        CustomParser = result => ReadRate(result.Tokens[0].Value) ?? 0,
    };

    private readonly Option<int> _optimizerBits = new("--optimizer-bits")
    {
        HelpName = "8|32",
        Description = "Bits of a number of AdamW's two moments: 32, or 8 for a quarter of their memory.",
        DefaultValueFactory = _ => 32,
    };

    private readonly Option<int> _optimizerMinimumSize =
        Number("--optimizer-minimum-size", "With --optimizer-bits 8, parameters of fewer numbers keep moments of 32 bits.", 4096, least: 0);
    private readonly Option<int> _seed = Number("--seed", "The seed of the adapter's first numbers and of the order of the data.", 0, least: 0);

    private readonly Option<string> _output = new("--output")
    {
        HelpName = "DIR",
        Description = "The folder for adapter/, loss.png, report.json, merged/ and, while training, checkpoint/.",
        DefaultValueFactory = _ => "fine-tuned",
    };

    private readonly Option<bool> _merge = new("--merge")
    {
        Description = "Also write merged/: the model with the adapter added to its weights, for any program that reads the Hugging Face layout.",
    };

    private readonly Option<string> _mergeType = new("--merge-type")
    {
        HelpName = "base|float32",
        Description = "The element type of merged/: that of the base, which rounds the sums where it has 16 bits, or float32.",
        DefaultValueFactory = _ => BaseType,
    };

    private readonly Option<string?> _resume = new("--resume")
    {
        HelpName = "DIR",
        Description = "Go on with an interrupted training, from the checkpoint in DIR or, without DIR, from checkpoint/ in the output folder. "
            + "What the training was started with need not be given again.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _prompt = new("--prompt")
    {
        HelpName = "TEXT",
        Description = "The text that the model continues before and after training; "
            + "a question where the data are conversations. Default: one that suits the data.",
    };

    private readonly Option<int> _evaluateEvery =
        Number("--evaluate-every", "Measure the held-out loss after every so many steps; 0: only before and after.", 50, least: 0);
    private readonly Option<int> _checkpointEvery =
        Number("--checkpoint-every", "Save a checkpoint after every so many steps; 0: only when interrupted.", 50, least: 0);
    private readonly Option<bool> _json = new("--json") { Description = "Write the text of report.json, and nothing else, to standard output." };

    /// <summary>Makes the options.</summary>
    public CommandLine()
    {
        Root = new RootCommand(
            "Fine-tunes low-rank adapters of a language model on text, shows what changed, and saves the adapter in PEFT's layout. "
            + "Without options it teaches the small model of this sample the documentation of System.Xml, in about two minutes.");
        foreach (Option option in (Option[])[
            _model, _data, _chatTemplate, _dense, _device, _threads, _steps, _batch, _sequence, _learningRate, _optimizerBits,
            _optimizerMinimumSize, _seed, _output, _merge, _mergeType, _resume, _prompt, _evaluateEvery, _checkpointEvery, _json,
        ])
            Root.Options.Add(option);
        foreach (Option option in (Option[])[_model, _data, _chatTemplate, _device, _output, _resume])
            option.Validators.Add(RefuseEmpty);
        _optimizerBits.Validators.Add(result =>
        {
            if (result.Tokens is [Token token, ..] && token.Value is not ("8" or "32"))
                result.AddError("--optimizer-bits must be 8 or 32.");
        });
        _mergeType.Validators.Add(result =>
        {
            if (result.Tokens is [Token token, ..] && token.Value is not (BaseType or FullPrecision))
                result.AddError("--merge-type must be base or float32.");
        });
        _learningRate.Validators.Add(result =>
        {
            if (result.Tokens is [Token token, ..] && ReadRate(token.Value) is null)
                result.AddError("--learning-rate must be a number greater than 0, with a point before its fraction.");
        });
        Root.Validators.Add(result =>
        {
            // A training that goes on has what is left out from its beginning.
            if (result.GetResult(_resume) is not null)
                return;
            if (IsGiven(result, _mergeType) && result.GetResult(_mergeType)!.Tokens is [{ Value: BaseType or FullPrecision }] && !result.GetValue(_merge))
                result.AddError("--merge-type says how merged/ is written; it needs --merge.");
            if (IsGiven(result, _optimizerMinimumSize)
                && (!IsGiven(result, _optimizerBits) || result.GetResult(_optimizerBits)!.Tokens is not [{ Value: "8" }]))
                result.AddError("--optimizer-minimum-size counts with moments of 8 bits; it needs --optimizer-bits 8.");
        });
    }

    /// <summary>The command that parses arguments and prints help.</summary>
    public RootCommand Root { get; }

    /// <summary>Reads the options out of parsed arguments.</summary>
    /// <param name="arguments">The parsed arguments.</param>
    public FineTuneOptions Read(ParseResult arguments)
    {
        string? checkpoint = arguments.GetResult(_resume) is null ? null : arguments.GetValue(_resume);
        string output = checkpoint is null || Given(arguments).Contains(_output.Name) ? arguments.GetValue(_output)! : OutputFolder.Of(checkpoint);
        return new FineTuneOptions
        {
            Model = arguments.GetValue(_model),
            Data = arguments.GetValue(_data),
            ChatTemplate = arguments.GetValue(_chatTemplate),
            Dense = arguments.GetValue(_dense),
            Device = arguments.GetValue(_device),
            Threads = arguments.GetValue(_threads),
            Steps = arguments.GetValue(_steps),
            Batch = arguments.GetValue(_batch),
            Sequence = arguments.GetValue(_sequence),
            LearningRate = arguments.GetValue(_learningRate),
            OptimizerBits = arguments.GetValue(_optimizerBits),
            OptimizerMinimumSize = arguments.GetValue(_optimizerMinimumSize),
            Seed = arguments.GetValue(_seed),
            Output = output,
            Merge = arguments.GetValue(_merge),
            MergeFullPrecision = arguments.GetValue(_mergeType) == FullPrecision,
            Resume = arguments.GetResult(_resume) is null ? null : checkpoint ?? Path.Combine(output, "checkpoint"),
            Prompt = arguments.GetValue(_prompt),
            EvaluateEvery = arguments.GetValue(_evaluateEvery),
            CheckpointEvery = arguments.GetValue(_checkpointEvery),
            Json = arguments.GetValue(_json),
        };
    }

    /// <summary>The names of the options that the user gave, as opposed to those that have their default.</summary>
    /// <param name="arguments">The parsed arguments.</param>
    public static IReadOnlySet<string> Given(ParseResult arguments) =>
        arguments.CommandResult.Children.OfType<OptionResult>().Where(result => !result.Implicit).Select(result => result.Option.Name).ToHashSet();

    private static bool IsGiven(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };

    /// <summary>A positive number without separators of thousands, for which a comma before the fraction would be taken; null for anything else.</summary>
    private static float? ReadRate(string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float rate) && rate > 0 && float.IsFinite(rate) ? rate : null;

    private static void RefuseEmpty(OptionResult result)
    {
        if (result.Tokens is [Token token, ..] && string.IsNullOrWhiteSpace(token.Value))
            result.AddError($"{result.Option.Name} is empty. Give it a value, or leave it out.");
    }

    private static Option<int> Number(string name, string description, int standard, int least, int most = int.MaxValue)
    {
        Option<int> option = new(name) { HelpName = "N", Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [Token token, ..]
                && !(int.TryParse(token.Value, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most))
                result.AddError($"{name} must be a whole number, {(most == int.MaxValue ? $"at least {least}" : $"from {least} to {most}")}.");
        });
        return option;
    }
}
