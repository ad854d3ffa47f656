using System.Text.RegularExpressions;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Formats;

/// <summary>A LoRA adapter in the layout of Hugging Face's PEFT: a folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
/// <param name="Config">The settings.</param>
/// <param name="Layers">The layers, in the order of their paths.</param>
/// <param name="SavedTensors">The tensors of modules that were trained as a whole; usually none.</param>
public sealed record PeftAdapterFile(PeftAdapterConfig Config, IReadOnlyList<PeftLayer> Layers, IReadOnlyList<PeftSavedTensor> SavedTensors)
{
    /// <summary>The name of the tensors' file in an adapter's folder.</summary>
    public const string TensorsFileName = "adapter_model.safetensors";

    /// <summary>What the files of an adapter are called as a part of their folder (<see cref="AtomicFolder"/>).</summary>
    public const string Part = "adapter";

    /// <summary>What the names of a layer's factors have behind the layer's path.</summary>
    internal const string SuffixA = LowRankFactors.SuffixA, SuffixB = LowRankFactors.SuffixB;

    private const string Prefix = "base_model.model.";

    /// <summary>Reads an adapter and checks that settings and tensors agree.</summary>
    /// <param name="folder">The adapter's folder.</param>
    /// <exception cref="CheckpointException">
    /// A file is missing or malformed, a tensor is unknown, without its pair or of a wrong shape, has a number that is infinite or not a number, a module of
    /// <see cref="PeftAdapterConfig.ModulesToSave"/> has no tensor, or something is not supported; the message names file and tensor.
    /// </exception>
    public static PeftAdapterFile Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string configPath = Path.Combine(folder, PeftAdapterConfig.FileName), tensorsPath = Path.Combine(folder, TensorsFileName);
        PeftAdapterConfig config = PeftAdapterConfig.FromFile(configPath);
        if (!File.Exists(tensorsPath))
            throw ForeignFormat.ExplainAdapter(folder);
        using SafetensorsFile file = SafetensorsFile.Open(tensorsPath);
        try
        {
            return Read(config, file);
        }
        catch (CheckpointException exception) when (exception.InnerException is RegexMatchTimeoutException slow)
        {
            throw new CheckpointException(configPath,
                $"the regular expression '{Excerpt.Of(slow.Pattern)}' takes too long to match. Write it without nested repetitions.", innerException: slow);
        }
    }

    /// <summary>
    /// Writes the adapter so that PEFT and <see cref="Read(string)"/> load it. The folder is prepared beside and put in place as a whole (<see
    /// cref="AtomicFolder"/>).
    /// </summary>
    /// <param name="folder">The folder to create or replace.</param>
    /// <exception cref="ArgumentException">A layer does not agree with the settings.</exception>
    /// <exception cref="InvalidOperationException">
    /// A number is infinite or not a number; the message names file and tensor, and nothing was written.
    /// </exception>
    public void Write(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string path = Path.Combine(folder, TensorsFileName);
        var tensors = new List<SafetensorsTensor>();
        foreach (PeftLayer layer in Layers)
        {
            CheckAgainstConfig(layer);
            Add(layer.Path + SuffixA, [layer.Rank, layer.InFeatures], layer.A);
            Add(layer.Path + SuffixB, [layer.OutFeatures, layer.Rank], layer.B);
        }

        foreach (PeftSavedTensor tensor in SavedTensors)
            Add(tensor.Name, tensor.Shape.AsSpan(), tensor.Values);
        tensors.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        AtomicFolder.Write(folder, temporary =>
        {
            Config.Write(Path.Combine(temporary, PeftAdapterConfig.FileName));
            SafetensorsWriter.Write(Path.Combine(temporary, TensorsFileName), tensors);
        }, Part);

        void Add(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<float> values)
        {
            FiniteTensors.RequireToSave(values.Span, name, path);
            tensors.Add(SafetensorsTensor.OfFloats(Prefix + name, shape, values));
        }
    }

    private void CheckAgainstConfig(PeftLayer layer)
    {
        if (!Config.Targets(layer.Path))
            throw new ArgumentException($"The settings' target modules do not name the layer '{layer.Path}'.");
        if (Config.RankOf(layer.Path) != layer.Rank)
            throw new ArgumentException($"Layer '{layer.Path}' has rank {layer.Rank}, but the settings give it {Config.RankOf(layer.Path)}.");
        if (Math.Abs(Config.ScalingOf(layer.Path) - layer.Scaling) > 1e-6 * Math.Abs(layer.Scaling))
            throw new ArgumentException($"Layer '{layer.Path}' has the scaling {layer.Scaling}, but the settings give it {Config.ScalingOf(layer.Path)}.");
    }

    private static PeftAdapterFile Read(PeftAdapterConfig config, SafetensorsFile file)
    {
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        var saved = new List<SafetensorsEntry>();
        foreach (SafetensorsEntry entry in file.Entries)
        {
            if (LayerPath(entry.Name) is { } path)
                paths.Add(path);
            else if (IsSaved(config, entry.Name))
                saved.Add(entry);
            else
                throw UnknownTensor(file, entry.Name);
        }

        if (paths.Count == 0 && saved.Count == 0)
            throw new CheckpointException(file.FilePath, "the file holds no adapter.");
        if (config.ModulesToSave.FirstOrDefault(module => !saved.Any(entry => IsOf(module, entry.Name))) is { } missing)
            throw new CheckpointException(file.FilePath,
                $"the file has no tensor of '{Excerpt.Of(missing)}', which 'modules_to_save' in '{PeftAdapterConfig.FileName}' names: what was trained of it "
                + "is missing. Save the adapter again with that module, or remove the name if the module was not trained.");

        // All is checked before anything is read.
        foreach (string path in paths)
            CheckLayer(config, file, path);
        return new PeftAdapterFile(
            config,
            [.. paths.Select(path => ReadLayer(config, file, path))],
            [.. saved.Select(entry => new PeftSavedTensor(entry.Name[Prefix.Length..], entry.Shape, ReadFinite(file, entry.Name)))]);
    }

    private static string? LayerPath(string name)
    {
        string? suffix = name.EndsWith(SuffixA, StringComparison.Ordinal) ? SuffixA : name.EndsWith(SuffixB, StringComparison.Ordinal) ? SuffixB : null;
        return suffix is not null && name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length + suffix.Length
            ? name[Prefix.Length..^suffix.Length]
            : null;
    }

    private static bool IsSaved(PeftAdapterConfig config, string name) => config.ModulesToSave.Any(module => IsOf(module, name));

    /// <summary>Whether a tensor belongs to a module that a name of <c>modules_to_save</c> means.</summary>
    private static bool IsOf(string module, string name)
    {
        int end = name.LastIndexOf('.');
        return name.StartsWith(Prefix, StringComparison.Ordinal) && end > Prefix.Length && PeftTargets.IsEnd(name[Prefix.Length..end], module);
    }

    private static CheckpointException UnknownTensor(SafetensorsFile file, string name)
    {
        string problem = name.Contains("lora_magnitude_vector") ? "DoRA's magnitudes are not supported here."
            : name.Contains("lora_embedding") ? "adapters of embeddings are not supported."
            : $"the tensor is unknown; an adapter has '{Prefix}PATH{SuffixA}', '{Prefix}PATH{SuffixB}' and the tensors of 'modules_to_save'.";
        return new CheckpointException(file.FilePath, problem, name);
    }

    private static void CheckLayer(PeftAdapterConfig config, SafetensorsFile file, string path)
    {
        string nameA = Prefix + path + SuffixA, nameB = Prefix + path + SuffixB;
        if (!file.Contains(nameA))
            throw new CheckpointException(file.FilePath, $"the tensor is missing, though '{nameB}' is there.", nameA);
        if (!file.Contains(nameB))
            throw new CheckpointException(file.FilePath, $"the tensor is missing, though '{nameA}' is there.", nameB);
        if (!config.Targets(path))
            throw new CheckpointException(file.FilePath,
                $"'target_modules' in '{PeftAdapterConfig.FileName}' does not name the layer '{path}', or "
                + "'exclude_modules' or 'layers_to_transform' leave it out.", nameA);
        int rank = config.RankOf(path);
        CheckShape(file, nameA, 0, rank);
        CheckShape(file, nameB, 1, rank);
    }

    private static void CheckShape(SafetensorsFile file, string name, int rankDimension, int rank)
    {
        SafetensorsEntry entry = file.GetEntry(name);
        if (entry.Shape.Length != 2 || entry.Shape.Any(length => length is < 1 or > int.MaxValue))
            throw new CheckpointException(file.FilePath, $"its shape {SafetensorsEntry.FormatShape(entry.Shape.AsSpan())} is not that of a matrix.", name);
        if (entry.Shape[rankDimension] != rank)
            throw new CheckpointException(file.FilePath,
                $"its shape {SafetensorsEntry.FormatShape(entry.Shape.AsSpan())} is of rank {entry.Shape[rankDimension]}, but "
                + $"'{PeftAdapterConfig.FileName}' says {rank}.", name);
        if (entry.Type is not (SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16))
            throw new CheckpointException(file.FilePath, $"its elements are {entry.Type.FileName()}; F32, F16 or BF16 is needed.", name);
    }

    private static PeftLayer ReadLayer(PeftAdapterConfig config, SafetensorsFile file, string path)
    {
        string nameA = Prefix + path + SuffixA, nameB = Prefix + path + SuffixB;
        return new PeftLayer(
            path,
            config.RankOf(path),
            (int)file.GetEntry(nameA).Shape[1],
            (int)file.GetEntry(nameB).Shape[0],
            ReadFinite(file, nameA),
            ReadFinite(file, nameB),
            config.ScalingOf(path));
    }

    private static float[] ReadFinite(SafetensorsFile file, string name)
    {
        float[] values = file.ReadFloat32(name);
        FiniteTensors.RequireRead(values, file.FilePath, name);
        return values;
    }
}
