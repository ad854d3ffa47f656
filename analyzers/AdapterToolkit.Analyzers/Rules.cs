using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers;

/// <summary>The rules of the toolkit, all in one place. Each has a page beside this file, <c>Rules/ADTxxxx.md</c>.</summary>
internal static class Rules
{
    /// <summary>What the generator needs of a class to write its other half.</summary>
    public static readonly DiagnosticDescriptor ClassCannotBeCompleted = Rule(
        "ADT0001",
        "The generator can't write the other half of an annotated class",
        "'{0}' {1}",
        "Declaration",
        DiagnosticSeverity.Error,
        "A class marked [LowRank] or [Frozen] is a partial class that derives from Linear; one marked [AdapterModel] is a partial class that derives from Module or names no base class. Neither is generic or static, and the classes around it are partial too.");

    /// <summary>A rank that no adapter of the layer can have.</summary>
    public static readonly DiagnosticDescriptor RankOutOfRange = Rule(
        "ADT0002",
        "The rank of an adapter is out of range",
        "The rank {1} of '{0}' {2}",
        "Adapters",
        DiagnosticSeverity.Error,
        "The rank of a low-rank adapter is positive, and below the smaller of the layer's two dimensions: from there on, B A has the freedom of a full matrix.");

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
        "The few values that a quantized weight can have are too far apart for the steps of an optimizer. Train an adapter beside it, or store the weight as it is.");

    /// <summary>Code in Forward that has no derivative.</summary>
    public static readonly DiagnosticDescriptor NotDifferentiable = Rule(
        "ADT0201",
        "An expression in Forward can't be differentiated",
        "Forward can't be differentiated here: {0}; {1}",
        "Differentiation",
        DiagnosticSeverity.Error,
        "The Forward of a class marked [AdapterModel] is differentiated at compile time. It is made of modules, operators with [Gradient], arithmetic on tensors and numbers, locals, branches, loops and returns; values that are no tensors are free.");

    /// <summary>A model without anything to train.</summary>
    public static readonly DiagnosticDescriptor NothingTrains = Rule(
        "ADT0202",
        "No adapter is reachable in a model",
        "Nothing in '{0}' would train: no layer that it holds is marked [LowRank], and no member [Trainable]",
        "Differentiation",
        DiagnosticSeverity.Warning,
        "A model learns through its adapters, and through what is marked [Trainable]. This one has neither, so that training it would change nothing.");

    private const string Pages = "https://github.com/adapter-toolkit/adapter-toolkit/blob/main/analyzers/AdapterToolkit.Analyzers/Rules/";

    private static DiagnosticDescriptor Rule(string id, string title, string message, string category, DiagnosticSeverity severity, string description) =>
        new(id, title, message, category, severity, isEnabledByDefault: true, description, Pages + id + ".md");
}
