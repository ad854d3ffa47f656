using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Modules;
using AdapterToolkit.Quantization;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Loading;

/// <summary>Puts a checkpoint's tensors into a model's frozen weights, one at a time.</summary>
internal static class ModelLoader
{
    /// <summary>Loads all weights, or none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="device">The device to put the weights on.</param>
    /// <param name="options">How.</param>
    /// <param name="identity">Receives the digests of what was read.</param>
    /// <param name="cancellationToken">Ends the loading between two tensors.</param>
    internal static void Load(Model model, string folder, ComputeDevice device, LoadOptions options, ContentIdentity identity,
        CancellationToken cancellationToken)
    {
        using Checkpoint checkpoint = Checkpoint.Open(folder, options.MapTensor);
        if (model.SelfAndDescendants.OfType<LanguageModelHead>().FirstOrDefault() is { } head)
            CheckpointConsistency.Check(folder, head.VocabularySize);
        WeightFormat? stated = ElementTypes.FindIn(folder);
        LoadPlan plan = LoadPlan.Of(model, checkpoint, options.Storage);
        Say(options, checkpoint, plan);
        SayTypes(options, plan, stated);
        checkpoint.Identity = identity;
        List<FrozenWeight> loaded = [];
        try
        {
            float[] values = [];
            long bytes = plan.Weights.Sum(planned => checkpoint.GetEntry(planned.Named.Name).ByteLength), done = 0;
            foreach (PlannedWeight planned in plan.Weights)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Load(checkpoint, planned, device, ref values);
                loaded.Add(planned.Named.Weight);
                planned.Named.Weight.NoteFile(planned.InFile, ElementTypeOf(checkpoint, planned));
                LoadLog.Holds(options.Logger, planned.Named.Name, planned.Held, planned.InFile);
                done += checkpoint.GetEntry(planned.Named.Name).ByteLength;
                options.Progress?.Report(new LoadProgress(planned.Named.Name, loaded.Count, plan.Weights.Count, done, bytes));
            }

            LoadLog.Loaded(options.Logger, loaded.Count, bytes, folder);
        }
        catch
        {
            foreach (FrozenWeight weight in loaded)
                weight.Take()?.Dispose();
            throw;
        }
    }

    private static void Say(LoadOptions options, Checkpoint checkpoint, LoadPlan plan)
    {
        foreach (string ignored in checkpoint.Ignored)
            LoadLog.LeavesOut(options.Logger, ignored);
        foreach (string remark in plan.Remarks)
            LoadLog.Remarks(options.Logger, remark);
        SayRanks(options, plan);
    }

    /// <summary>Which tensors have another type than the configuration says. Quantized ones are of no such type.</summary>
    private static void SayTypes(LoadOptions options, LoadPlan plan, WeightFormat? stated)
    {
        PlannedWeight[] others = stated is null ? [] : [.. plan.Weights.Where(planned => !planned.InFile.HasBlocks && planned.InFile != stated)];
        if (others is [PlannedWeight first, ..])
            LoadLog.TypeIsAnother(options.Logger, FileNames.Configuration, stated!, others.Length, plan.Weights.Count, first.Named.Name, first.InFile);
    }

    /// <summary>Once for each class that has such layers.</summary>
    private static void SayRanks(LoadOptions options, LoadPlan plan)
    {
        IEnumerable<Linear> layers = plan.Weights.Select(planned => planned.Named.Module).OfType<Linear>().Distinct();
        IEnumerable<Linear> wide = layers.Where(layer => layer.LowRank?.Rank > Math.Min(layer.InFeatures, layer.OutFeatures));
        foreach (IGrouping<Type, Linear> ofClass in wide.GroupBy(layer => layer.GetType()))
        {
            Linear first = ofClass.First();
            LoadLog.RankIsAboveSide(
                options.Logger, first.LowRank!.Rank, ofClass.Key.Name, ofClass.Count(), first.CheckpointPath, first.OutFeatures, first.InFeatures);
        }
    }

    private static WeightFormat ElementTypeOf(Checkpoint checkpoint, PlannedWeight planned) =>
        planned.InFile.HasBlocks ? QuantizedTensorReader.ElementTypeOf(checkpoint, planned.Named.Name, planned.Named.Weight.Shape) : planned.InFile;

    private static void Load(Checkpoint checkpoint, PlannedWeight planned, ComputeDevice device, ref float[] values)
    {
        (NamedWeight weight, WeightFormat inFile, WeightFormat held) = planned;
        try
        {
            if (inFile.HasBlocks)
                LoadQuantized(checkpoint, weight, device, held);
            else if (held == inFile && held.Bits == 16)
                LoadAsItIs(checkpoint, weight, device, held);
            else
                LoadConverted(checkpoint, weight, device, held, ref values);
        }
        catch (InvalidDataException fault)
        {
            throw checkpoint.Error(weight.Name, fault.Message);
        }
        catch (Exception fault) when (fault is OverflowException or ArgumentOutOfRangeException)
        {
            throw checkpoint.Error(weight.Name, $"with its {weight.Weight.Shape.Elements} numbers does not fit a tensor in {held}: {fault.Message}");
        }
    }

    /// <summary>Loads codes and scales as the file has them, or the numbers that they stand for.</summary>
    private static void LoadQuantized(Checkpoint checkpoint, NamedWeight weight, ComputeDevice device, WeightFormat held)
    {
        if (!QuantizedTensorReader.TryRead(checkpoint, weight.Name, weight.Weight.Shape, out QuantizedValues? values))
            throw new InvalidOperationException($"The tensor '{weight.Name}' was quantized when it was checked.");
        if (held == values.Format)
        {
            weight.Weight.Load(device, values);
            return;
        }

        float[] numbers = GC.AllocateUninitializedArray<float>(values.Elements);
        Quantizer.Dequantize(values, numbers);
        weight.Weight.Load(device, numbers);
    }

    /// <summary>Loads 16-bit numbers as the file has them.</summary>
    private static void LoadAsItIs(Checkpoint checkpoint, NamedWeight weight, ComputeDevice device, WeightFormat format)
    {
        byte[] numbers = checkpoint.ReadBytes(weight.Name);
        SixteenBitQuantizer.ThrowIfNotFinite(numbers, format, weight.Name);
        weight.Weight.Load(device, new QuantizedValues(format, weight.Weight.Shape.Elements, numbers, null));
    }

    /// <summary>
    /// Loads numbers in float32, or quantizes them, which refuses what is not finite itself. The array is used for one tensor after the other.
    /// </summary>
    private static void LoadConverted(Checkpoint checkpoint, NamedWeight weight, ComputeDevice device, WeightFormat format, ref float[] values)
    {
        int elements = weight.Weight.Shape.Elements;
        if (values.Length < elements)
            values = GC.AllocateUninitializedArray<float>(elements);
        Span<float> destination = values.AsSpan(0, elements);
        checkpoint.ReadFloat32(weight.Name, destination);
        if (format.Numbers is null)
            FiniteTensors.RequireRead(destination, checkpoint.GetFile(weight.Name).FilePath, checkpoint.NameInFile(weight.Name));
        weight.Module.Load(weight.Weight, device, destination, format, weight.Name);
    }
}
