namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>What a member of the toolkit does with an adapter.</summary>
internal enum AdapterUse
{
    /// <summary>Nothing that matters here.</summary>
    None,

    /// <summary>Merges it, into weights held as they are.</summary>
    Merge,

    /// <summary>Merges it into weights of a number of bits.</summary>
    MergeTo,

    /// <summary>Merges it into weights of the type that the checkpoint has.</summary>
    MergeToBaseType,

    /// <summary>Takes a merge back.</summary>
    Unmerge,

    /// <summary>Gives a layer other factors.</summary>
    SetFactors,

    /// <summary>Trains it.</summary>
    Train,

    /// <summary>Saves it.</summary>
    Save,

    /// <summary>Saves a trainer with it.</summary>
    SaveTraining,

    /// <summary>Puts another one in its place, or takes it away.</summary>
    Replace,

    /// <summary>Gives its factors in a layer.</summary>
    Factors,

    /// <summary>Tells whether it is merged.</summary>
    Ask,

    /// <summary>Tells how much of it there is in a model.</summary>
    AskModel,

    /// <summary>Gives all layers of a model.</summary>
    Layers,

    /// <summary>Gives the layers of a model that it is in.</summary>
    AdaptedLayers,

    /// <summary>Gives it.</summary>
    Adapter,

    /// <summary>Gives the model that a trainer trains.</summary>
    TrainedModel,

    /// <summary>Tells the format in which weights are held.</summary>
    Format,
}
