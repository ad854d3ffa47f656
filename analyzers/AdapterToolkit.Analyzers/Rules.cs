using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers;

/// <summary>The rules of the toolkit, all in one place. Each has a page, <c>analyzers/rules/ADTxxxx.md</c>.</summary>
internal static class Rules
{
    /// <summary>What the generator needs of a class to write its other half.</summary>
    public static readonly DiagnosticDescriptor ClassCannotBeCompleted = Rule(
        "ADT0001",
        "The generator can't write the other half of an annotated class",
        "'{0}' {1}",
        "Declaration",
        DiagnosticSeverity.Error,
        "A class marked [LowRank], [Quantized] or [Frozen] is a partial class that derives from Linear, and a class that derives from Linear is marked so; "
            + "one marked [AdapterModel] is a partial class that derives from Module or names no base class. "
            + "Neither is static, and the classes around it are partial too.");

    /// <summary>A rank that no adapter of the layer can have.</summary>
    public static readonly DiagnosticDescriptor RankOutOfRange = Rule(
        "ADT0002",
        "The rank of an adapter is out of range",
        "The rank {1} of '{0}' {2}",
        "Adapters",
        DiagnosticSeverity.Error,
        "The rank of a low-rank adapter is positive, and below the smaller of the layer's two dimensions: "
            + "from there on, B A has the freedom of a full matrix.");

    /// <summary>A rank at which the factors are no smaller than the weight.</summary>
    public static readonly DiagnosticDescriptor RankSavesNothing = Rule(
        "ADT0003",
        "The factors of an adapter hold as many numbers as the weight",
        "At rank {1}, the factors of '{0}' hold {2} numbers and its weight holds {3}, so that the adapter saves nothing",
        "Adapters",
        DiagnosticSeverity.Warning,
        "A low-rank adapter trains rank x (in + out) numbers in place of in x out. At this rank that is no fewer.");

    /// <summary>A quantized format that does not exist.</summary>
    public static readonly DiagnosticDescriptor UnsupportedStorage = Rule(
        "ADT0004",
        "The storage of a quantized weight is not supported",
        "'{0}': {1}",
        "Quantization",
        DiagnosticSeverity.Error,
        "A weight is stored in 16, 8 or 4 bits, in blocks of 32 to 4096 weights whose number is a power of two.");

    /// <summary>A quantized weight that is to train.</summary>
    public static readonly DiagnosticDescriptor QuantizedWeightTrains = Rule(
        "ADT0005",
        "A quantized weight is marked trainable",
        "'{0}' is marked [Trainable], but the weight of {1} is quantized and can't follow a gradient",
        "Quantization",
        DiagnosticSeverity.Error,
        "The few values that a quantized weight can have are too far apart for the steps of an optimizer. "
            + "Train an adapter beside it, or store the weight as it is.");

    /// <summary>A member without a weight that is to train.</summary>
    public static readonly DiagnosticDescriptor TrainableWithoutWeight = Rule(
        "ADT0006",
        "A member that can't train is marked trainable",
        "'{0}' is marked [Trainable], but {1}; the attribute goes on an RmsNorm of a model, or on a list of them",
        "Adapters",
        DiagnosticSeverity.Error,
        "[Trainable] lets the own weight of a module train together with the adapters. Norms have such a weight; "
            + "linear layers train by their adapter, and embeddings, heads and modules made of others have none.");

    /// <summary>BA meets an activation.</summary>
    public static readonly DiagnosticDescriptor ProductOfFactors = Rule(
        "ADT0101",
        "The product of an adapter's factors meets an activation",
        "{0} by an activation; B(Ax) gives the same and never forms a matrix of W's size",
        "Adapters",
        DiagnosticSeverity.Warning,
        "BA has as many numbers as W, so that (BA)x costs as much as another full layer, in time, in memory and in the backward pass. "
            + "B(Ax) costs rank x (in + out) a row.");

    /// <summary>A frozen weight that is to train.</summary>
    public static readonly DiagnosticDescriptor FrozenWeightTrains = Rule(
        "ADT0102",
        "A frozen weight is made trainable",
        "The frozen weight '{0}' {1}; only the factors of its adapter train",
        "Adapters",
        DiagnosticSeverity.Warning,
        "A pretrained weight under an adapter has no gradient and no optimizer state. "
            + "Once it trains, the adapter alone no longer holds what was learned, and memory is that of full fine-tuning.");

    /// <summary>A frozen weight that is changed.</summary>
    public static readonly DiagnosticDescriptor FrozenWeightWritten = Rule(
        "ADT0103",
        "A frozen weight is written outside a merge",
        "The frozen weight '{0}' {1}; after loading, only a merge changes it",
        "Adapters",
        DiagnosticSeverity.Warning,
        "An adapter is trained beside one pretrained weight and means nothing beside another. "
            + "The weight is loaded once, before its first use, and changed by a merge only.");

    /// <summary>An adapter that never trains.</summary>
    public static readonly DiagnosticDescriptor AdapterNeverReached = Rule(
        "ADT0104",
        "Forward never reaches an adapter",
        "Forward of '{1}' never reaches '{0}', so that its adapter would never train",
        "Differentiation",
        DiagnosticSeverity.Warning,
        "A layer that Forward does not run has no gradient. Its adapter stays as it started, while it is counted, held and saved.");

    /// <summary>W without its adapter.</summary>
    public static readonly DiagnosticDescriptor WeightPastAdapter = Rule(
        "ADT0105",
        "A frozen weight is multiplied past its adapter",
        "'{0}' is multiplied directly, past its layer's adapter; call the layer's Forward",
        "Adapters",
        DiagnosticSeverity.Warning,
        "y = Wx + s B(Ax). Multiplying by W alone leaves the adapter's term out: what was trained has no effect there.");

    /// <summary>Factors that start at the wrong numbers.</summary>
    public static readonly DiagnosticDescriptor FactorStart = Rule(
        "ADT0106",
        "The factors of an adapter start at the wrong numbers",
        "{0}; start A at random and B at zero",
        "Adapters",
        DiagnosticSeverity.Warning,
        "The gradient of each factor has the other one as a factor: where both are zero, both stay so. "
            + "Where neither is zero, the model is another one before training begins.");

    /// <summary>A merge too many, or an adapter used after one.</summary>
    public static readonly DiagnosticDescriptor UsedAfterMerge = Rule(
        "ADT0107",
        "An adapter is merged twice, or used after a merge",
        "'{0}' {1}",
        "Adapters",
        DiagnosticSeverity.Warning,
        "A merge adds s BA to W and gives the factors back, or keeps them idle for Unmerge. "
            + "A second one, or use of the adapter beside the merged weight, counts the adapter twice or finds none.");

    /// <summary>A merge that loses the adapter.</summary>
    public static readonly DiagnosticDescriptor MergeIntoQuantized = Rule(
        "ADT0108",
        "An adapter is merged into quantized weights",
        "The weights of '{0}' are stored in {1} bits, and merging into them rounds the adapter away; merge to 16 or 32 bits",
        "Quantization",
        DiagnosticSeverity.Warning,
        "What an adapter adds to a weight is smaller than the steps between the few values that a quantized weight can have. "
            + "Merged into 16 or 32 bits, it is kept.");

    /// <summary>The adapter without W.</summary>
    public static readonly DiagnosticDescriptor AdapterTermAlone = Rule(
        "ADT0109",
        "The adapter's term is returned without the weight's",
        "Only the adapter's term is returned here; y = Wx + s B(Ax) needs W's term too",
        "Adapters",
        DiagnosticSeverity.Warning,
        "B(Ax) alone is a map of low rank, and zero before training. It corrects a layer and can't stand for one.");

    /// <summary>Code in Forward that has no derivative.</summary>
    public static readonly DiagnosticDescriptor NotDifferentiable = Rule(
        "ADT0201",
        "An expression in Forward can't be differentiated",
        "Forward can't be differentiated here: {0}; {1}",
        "Differentiation",
        DiagnosticSeverity.Error,
        "The Forward of a class marked [AdapterModel] is differentiated at compile time. It is made of modules, operators with [Gradient], "
            + "arithmetic on tensors and numbers, locals, branches, loops and returns; values that are no tensors are free.");

    /// <summary>A model without anything to train.</summary>
    public static readonly DiagnosticDescriptor NothingTrains = Rule(
        "ADT0202",
        "No adapter is reachable in a model",
        "Nothing in '{0}' would train: its Forward reaches no layer marked [LowRank], and no member marked [Trainable]",
        "Differentiation",
        DiagnosticSeverity.Warning,
        "A model learns through its adapters, and through what is marked [Trainable]. This one has neither, so that training it would change nothing.");

    private const string Pages = "https://github.com/adapter-toolkit/adapter-toolkit/blob/main/analyzers/rules/";

    private static DiagnosticDescriptor Rule(string id, string title, string message, string category, DiagnosticSeverity severity, string description) =>
        new(id, title, message, category, severity, isEnabledByDefault: true, description, Pages + id + ".md");
}
