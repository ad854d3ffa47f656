using System.CommandLine;
using System.CommandLine.Parsing;
using AdapterToolkit.Benchmarks;
using AdapterToolkit.Benchmarks.Kernels;
using AdapterToolkit.Benchmarks.Rules;
using AdapterToolkit.Weights;

RootCommand root = new("Measures the toolkit on the CPU device, and its analyzers. "
    + "Build with -c Release, and let the machine do nothing else. Ends with 1 where a figure is not what is asked.")
{
    Steps(), Step(), Products(), Product(), LowRank(), Merge(), Identity(), Decoding(), Billion(),
    BillionSide(), Tokenizers(), Tokenize(), Analyzers(), AnalyzersSide(), Compiling(), Kernels(),
};
int exitCode = root.Parse(args).Invoke();
return exitCode == 0 && ReportTable.HasMissed ? 1 : exitCode;

static Command Steps()
{
    Option<string> peer = new("--peer")
    {
        Description = "The whole command that starts the peer, a program that takes SHAPE MODE BATCH SEQUENCE STEPS and prints a line a step.",
        HelpName = "command",
        Required = true,
    };
    Option<int> rounds = Rounds();
    Option<int> steps = StepCount();
    Command command = new("steps", "Whole training steps beside a peer's: "
        + "our LoRA and QLoRA steps, its LoRA step and its full fine-tuning step, each in a process of its own, in turn.") { peer, rounds, steps };
    command.SetAction(
        parsed => StepComparison.Run([.. CommandLineParser.SplitCommandLine(parsed.GetRequiredValue(peer))], parsed.GetValue(rounds), parsed.GetValue(steps)));
    return command;
}

static Command Step()
{
    Argument<string> shape = new("shape") { Description = "The shape of the model." };
    shape.AcceptOnlyFromAmong([.. ModelShape.All.Select(known => known.Name)]);
    Option<int> steps = StepCount();
    Option<bool> quantized = new("--quantized") { Description = "Quantize the base's projections to NF4." };
    Command command = new(StepComparison.SideVerb, "Our side of 'steps': some LoRA steps, rank 8 on all projections.") { shape, steps, quantized };
    command.SetAction(parsed => StepRun.Run(ModelShape.Named(parsed.GetRequiredValue(shape)),
        parsed.GetValue(quantized) ? WeightStorage.AsMarked : WeightStorage.Dense, parsed.GetValue(steps)));
    return command;
}

static Command Products()
{
    Option<string> peer = new("--peer")
    {
        Description = "The whole command that starts the program in Peer/, which multiplies by MKL.",
        HelpName = "command",
        Required = true,
    };
    Option<int> rounds = Rounds();
    Command command = new("products", "A frozen layer's products beside MKL's, each side in a process of its own, in turn.") { peer, rounds };
    command.SetAction(parsed => ProductComparison.Run([.. CommandLineParser.SplitCommandLine(parsed.GetRequiredValue(peer))], parsed.GetValue(rounds)));
    return command;
}

static Command Product()
{
    Argument<int[]> sizes = new("sizes") { Description = "ROWS IN OUT of each product.", Arity = ArgumentArity.OneOrMore };
    sizes.Validators.Add(result =>
    {
        if (result.Tokens.Count % 3 != 0)
            result.AddError("A product has three sizes: ROWS IN OUT.");
    });
    Command command = new(ProductComparison.SideVerb, "Our side of 'products'.") { sizes };
    command.SetAction(parsed => ProductRun.Run([.. parsed.GetRequiredValue(sizes).Chunk(3).Select(size => new ProductShape(size[0], size[1], size[2]))]));
    return command;
}

static Command LowRank()
{
    Option<double> seconds = Seconds();
    Command command = new("low-rank", "B(Ax) against (BA)x, and Wx + s·B(Ax) against Wx.") { seconds };
    command.SetAction(parsed => LowRankComparison.Run(TimeSpan.FromSeconds(parsed.GetValue(seconds))));
    return command;
}

static Command Merge()
{
    Option<double> seconds = Seconds();
    Command command = new("merge", "A forward pass after a merge against the base's, and the bytes that the merged adapter still holds.") { seconds };
    command.SetAction(parsed => MergeComparison.Run(TimeSpan.FromSeconds(parsed.GetValue(seconds))));
    return command;
}

static Command Identity()
{
    Option<double> seconds = Seconds();
    Command command = new("identity", "The time of the digests that tell base models apart, beside that of the loading in which they are taken.") { seconds };
    command.SetAction(parsed => IdentityShare.Run(TimeSpan.FromSeconds(parsed.GetValue(seconds))));
    return command;
}

static Command Decoding()
{
    Option<double> seconds = Seconds();
    Command command = new("decoding", "The forward pass of one row, as when a model continues a text: a weight in NF4 beside the same in float32.") { seconds };
    command.SetAction(parsed => DecodingComparison.Run(TimeSpan.FromSeconds(parsed.GetValue(seconds))));
    return command;
}

static Command Billion()
{
    Command command = new("billion", "A model of 1.1 billion parameters: "
        + "writes a random checkpoint of TinyLlama's shape, loads it into NF4 and takes two QLoRA steps, in a process whose memory is measured.");
    command.SetAction(_ => BillionParameters.Run());
    return command;
}

static Command BillionSide()
{
    Argument<string> folder = new("folder") { Description = "The checkpoint." };
    Command command = new(BillionParameters.SideVerb, "The process that 'billion' measures.") { folder };
    command.SetAction(parsed => BillionParameters.RunSide(parsed.GetRequiredValue(folder)));
    return command;
}

static Command Tokenizers()
{
    Option<string?> file = new("--file") { Description = "The tokenizer.json. Default: the sample's.", HelpName = "file" };
    Option<int> rounds = Rounds();
    Command command = new("tokenizers",
        "Words of 200,000 letters without a space beside Hugging Face's own tokenizers, each side in a process of its own, in turn.") { file, rounds };
    command.SetAction(parsed => TokenizerComparison.Run(parsed.GetValue(file), parsed.GetValue(rounds)));
    return command;
}

static Command Tokenize()
{
    Argument<string> side = new("side") { Description = "Whose tokenizer." },
        file = new("file") { Description = "The tokenizer.json." }, text = new("text") { Description = "The text." };
    side.AcceptOnlyFromAmong(TokenizerComparison.Ours, TokenizerComparison.Theirs);
    text.AcceptOnlyFromAmong([.. TokenizerComparison.Texts.Keys]);
    Command command = new(TokenizerComparison.SideVerb, "One side of 'tokenizers'.") { side, file, text };
    command.SetAction(parsed => TokenizerComparison.RunSide(parsed.GetRequiredValue(side), parsed.GetRequiredValue(file), parsed.GetRequiredValue(text)));
    return command;
}

static Command Analyzers()
{
    Option<int> rounds = Rounds();
    Option<int> lines = new("--lines") { Description = "The lines of each kind of code.", DefaultValueFactory = _ => AnalyzerCost.Lines };
    Option<bool> each = new("--each") { Description = "Print the time of each analyzer too." };
    Command command = new("analyzers", "The CPU time of the rules beside the compiler's over synthetic code, at a keystroke, and in a compiler that starts.")
    {
        rounds, lines, each,
    };
    command.SetAction(parsed => AnalyzerCost.Run(parsed.GetValue(rounds), parsed.GetValue(lines), parsed.GetValue(each)));
    return command;
}

static Command AnalyzersSide()
{
    Argument<bool> withRules = new("with-rules") { Description = "Whether the rules look on." };
    Command command = new(AnalyzerCost.SideVerb, "A compiler that starts, as 'analyzers' measures it.") { withRules };
    command.SetAction(parsed => AnalyzerCost.RunSide(parsed.GetValue(withRules)));
    return command;
}

static Command Compiling()
{
    Command command = new("compiling", "The time of the compiler over five annotated classes, with the source generator, without the analyzers and with them.");
    command.SetAction(_ => CompileTime.Run());
    return command;
}

static Command Kernels()
{
    Argument<string[]> arguments = new("arguments")
    {
        Description = "BenchmarkDotNet's own arguments, after '--': --filter, --list, --job.",
        Arity = ArgumentArity.ZeroOrMore,
    };
    Command command = new("kernels", "The kernels one by one, by BenchmarkDotNet.") { arguments };
    command.SetAction(parsed => KernelSuite.Run(parsed.GetValue(arguments) ?? []));
    return command;
}

static Option<int> Rounds() => new("--rounds") { Description = "How often each side has its turn; its best round counts.", DefaultValueFactory = _ => 3 };

static Option<int> StepCount() => new("--steps") { Description = "Steps of a round; the first warms up and does not count.", DefaultValueFactory = _ => 6 };

static Option<double> Seconds() => new("--seconds") { Description = "How long to measure each row of the table.", DefaultValueFactory = _ => 10 };
