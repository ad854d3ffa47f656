using System.Text.RegularExpressions;

namespace AdapterToolkit.Formats;

/// <summary>The settings of a LoRA adapter in the layout of Hugging Face's PEFT: <c>adapter_config.json</c>.</summary>
public sealed record PeftAdapterConfig
{
    /// <summary>The file's name in an adapter's folder.</summary>
    public const string FileName = "adapter_config.json";

    /// <summary>The rank of layers that <see cref="RankPattern"/> does not name (<c>r</c>).</summary>
    public required int Rank { get; init; }

    /// <summary>The alpha of layers that <see cref="AlphaPattern"/> does not name (<c>lora_alpha</c>).</summary>
    public required double Alpha { get; init; }

    /// <summary>Whether the scaling is alpha / sqrt(rank) instead of alpha / rank (<c>use_rslora</c>; https://arxiv.org/abs/2312.03732).</summary>
    public bool RankStabilized { get; init; }

    /// <summary>The names of the layers with an adapter, whole paths or their last parts; empty where <see cref="TargetExpression"/> says it.</summary>
    public IReadOnlyList<string> TargetModules { get; init; } = [];

    /// <summary>A regular expression for the paths of layers with an adapter, or <c>all-linear</c>; null where <see cref="TargetModules"/> says it.</summary>
    public string? TargetExpression { get; init; }

    /// <summary>Ranks by regular expression for the last parts of a layer's path (<c>rank_pattern</c>); the first that matches counts.</summary>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new Dictionary<string, int>();

    /// <summary>Alphas by regular expression for the last parts of a layer's path (<c>alpha_pattern</c>); the first that matches counts.</summary>
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    /// <summary>The names of modules that are trained and saved as a whole (<c>modules_to_save</c>).</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>
    /// The names of layers that <see cref="TargetModules"/> means but that have no adapter, whole paths or their last parts (<c>exclude_modules</c>).
    /// </summary>
    public IReadOnlyList<string> ExcludeModules { get; init; } = [];

    /// <summary>A regular expression for the paths of layers without adapter; null where <see cref="ExcludeModules"/> says it.</summary>
    public string? ExcludeExpression { get; init; }

    /// <summary>The blocks whose layers have an adapter, by their numbers (<c>layers_to_transform</c>); null for all.</summary>
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>Regular expressions for the name before a block's number (<c>layers_pattern</c>); empty for any name.</summary>
    public IReadOnlyList<string> LayersPattern { get; init; } = [];

    /// <summary>
    /// The share of inputs that training sets to zero (<c>lora_dropout</c>). <see cref="Training.Trainer"/> does without; the value is kept for programs that
    /// do not.
    /// </summary>
    public double Dropout { get; init; }

    /// <summary>The base model that the adapter was trained on, a name or a path, or null.</summary>
    public string? BaseModel { get; init; }

    /// <summary>The version of the base model, a branch, tag or commit of its repository, or null (<c>revision</c>).</summary>
    public string? Revision { get; init; }

    /// <summary>What the model is for (<c>task_type</c>); null where the file does not say.</summary>
    public string? TaskType { get; init; } = PeftAdapterConfigReader.CausalLanguageModel;

    /// <summary>The text of the file that the settings were read from; null where they come from none.</summary>
    internal byte[]? Text { get; init; }

    /// <summary>
    /// Settings of an adapter that consists of <see cref="ModulesToSave"/> alone. PEFT wants some target; it knows this name as one that means no layer.
    /// </summary>
    internal static PeftAdapterConfig WithoutLayers => new() { Rank = 1, Alpha = 1, TargetExpression = "dummy-target-modules" };

    /// <summary>The rank of a layer.</summary>
    /// <param name="path">The layer's path.</param>
    public int RankOf(string path) => FirstMatch(RankPattern, path, Rank);

    /// <summary>The alpha of a layer.</summary>
    /// <param name="path">The layer's path.</param>
    public double AlphaOf(string path) => FirstMatch(AlphaPattern, path, Alpha);

    /// <summary>The factor of a layer's adapter term: alpha / rank, or alpha / sqrt(rank) where rank-stabilized.</summary>
    /// <param name="path">The layer's path.</param>
    public double ScalingOf(string path)
    {
        int rank = RankOf(path);
        return AlphaOf(path) / (RankStabilized ? Math.Sqrt(rank) : rank);
    }

    /// <summary>Whether the settings ask for an adapter on a layer.</summary>
    /// <param name="path">The layer's path, of a linear layer.</param>
    public bool Targets(string path) => !Excludes(path) && (TargetExpression switch
    {
        null => TargetModules.Any(name => PeftTargets.IsSuffix(path, name)) && IsInLayers(path),
        PeftAdapterConfigReader.AllLinear => true,
        string expression => PeftTargets.MatchesWhole(path, expression),
    });

    /// <summary>Settings that describe given layers: the most frequent rank and alpha, and patterns for layers that differ.</summary>
    /// <param name="layers">The layers; at least one.</param>
    /// <param name="rankStabilized">Whether the scaling is alpha / sqrt(rank).</param>
    /// <param name="targetModules">
    /// The names of the layers with an adapter, or null for the last part of each layer's path. Give whole paths where not all layers of a name have an
    /// adapter.
    /// </param>
    public static PeftAdapterConfig FromLayers(IReadOnlyList<PeftLayer> layers, bool rankStabilized = false, IReadOnlyList<string>? targetModules = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0)
            throw new ArgumentException("An adapter has at least one layer.", nameof(layers));
        int rank = MostFrequent(layers.Select(layer => layer.Rank));
        double alpha = MostFrequent(layers.Select(Alpha));
        return new PeftAdapterConfig
        {
            Rank = rank,
            Alpha = alpha,
            RankStabilized = rankStabilized,
            TargetModules = targetModules ?? [.. layers.Select(layer => TensorNames.LastPart(layer.Path)).Distinct().Order(StringComparer.Ordinal)],
            RankPattern = layers.Where(layer => layer.Rank != rank).ToDictionary(layer => Regex.Escape(layer.Path), layer => layer.Rank),
            AlphaPattern = layers.Where(layer => Alpha(layer) != alpha).ToDictionary(layer => Regex.Escape(layer.Path), Alpha),
        };

        // Float scalings such as 0.7071068 give back the alpha that they came from, and every alpha gives back its scaling, bit for bit.
        double Alpha(PeftLayer layer)
        {
            double divisor = rankStabilized ? Math.Sqrt(layer.Rank) : layer.Rank;
            double exact = layer.Scaling * divisor;
            double rounded = Math.Round(exact, 4);
            return (float)(rounded / divisor) == (float)layer.Scaling ? rounded : exact;
        }
    }

    /// <summary>Reads an <c>adapter_config.json</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is malformed, or asks for something that is not supported; the message names it.</exception>
    public static PeftAdapterConfig FromFile(string path)
    {
        byte[] text = JsonFile.ReadAllBytes(path);
        return JsonFile.Parse(path, text, PeftAdapterConfigReader.Read) with { Text = text };
    }

    /// <summary>Writes an <c>adapter_config.json</c> that PEFT reads.</summary>
    /// <param name="path">The file to create or replace.</param>
    public void Write(string path) => PeftAdapterConfigWriter.Write(path, this);

    /// <summary>These settings with what others say beside them and is still true.</summary>
    /// <param name="loaded">The settings of the adapter that was loaded.</param>
    /// <param name="layers">The layers with an adapter, which these settings describe.</param>
    /// <param name="others">The paths of the model's other linear layers.</param>
    internal PeftAdapterConfig After(PeftAdapterConfig loaded, IReadOnlyList<PeftLayer> layers, IEnumerable<string> others)
    {
        bool isDescribed = layers.Count > 0 && layers.All(loaded.Describes) && !others.Any(loaded.Targets);
        return isDescribed
            ? loaded with { ModulesToSave = SameNames(loaded.ModulesToSave, ModulesToSave) ? loaded.ModulesToSave : ModulesToSave }
            : this with { BaseModel = loaded.BaseModel, Revision = loaded.Revision, TaskType = loaded.TaskType, Dropout = loaded.Dropout, Text = loaded.Text };
    }

    private static bool SameNames(IReadOnlyList<string> some, IReadOnlyList<string> others) => some.ToHashSet(StringComparer.Ordinal).SetEquals(others);

    private bool Describes(PeftLayer layer) =>
        Targets(layer.Path) && RankOf(layer.Path) == layer.Rank && (float)ScalingOf(layer.Path) == (float)layer.Scaling;

    private bool Excludes(string path) => ExcludeExpression is { } expression
        ? PeftTargets.MatchesWhole(path, expression)
        : ExcludeModules.Any(name => PeftTargets.IsSuffix(path, name));

    private bool IsInLayers(string path) =>
        LayersToTransform is null || (PeftTargets.LayerOf(path, LayersPattern) is { } layer && LayersToTransform.Contains(layer));

    private static T FirstMatch<T>(IReadOnlyDictionary<string, T> patterns, string path, T otherwise)
    {
        foreach ((string expression, T value) in patterns)
        {
            if (PeftTargets.MatchesSuffix(path, expression))
                return value;
        }

        return otherwise;
    }

    private static T MostFrequent<T>(IEnumerable<T> values) => values.GroupBy(value => value).MaxBy(group => group.Count())!.Key;
}
