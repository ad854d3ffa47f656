using System.Text.Json.Nodes;
using AdapterToolkit.Adapters;
using AdapterToolkit.Formats;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Training;
using AdapterToolkit.Weights;
using Microsoft.Extensions.Logging;
using Xunit;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace AdapterToolkit.Tests.Training;

/// <summary>A checkpoint is taken up whole, by the training that it belongs to, or not at all.</summary>
[Trait("Device", "cpu")]
public sealed class TrainingCheckpointTests : IDisposable
{
    private const string Adapter = PeftAdapterFile.TensorsFileName,
        Optimizer = TrainingCheckpoint.OptimizerFileName, Position = TrainingCheckpoint.TrainerFileName;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Folder => _folder["checkpoint"];

    public static TheoryData<string, string, string> OtherSettings => new()
    {
        { "learningRate", "0.01", "0.02" },
        { "beta1", "0.9", "0.8" },
        { "beta2", "0.999", "0.99" },
        { "epsilon", "1E-08", "1E-06" },
        { "weightDecay", "0.01", "0" },
        { "stateBits", "32", "8" },
        { "minimumSize", "4096", "5" },
        { "schedule", "constant in all steps, 0 of them warm-up", "linear over 9 steps, 2 of them warm-up" },
        { "accumulationSteps", "1", "2" },
        { "maximumGradientNorm", "none", "0.5" },
        { "batchSize", "3", "2" },
        { "seed", "3", "4" },
        { "data", "", "" },
    };

    [Theory]
    [MemberData(nameof(OtherSettings))]
    public void Another_setting_is_refused_with_both_values_and_nothing_changes(string setting, string saved, string now)
    {
        Save();
        AdamW optimizer = setting switch
        {
            "learningRate" => new AdamW(2e-2f),
            "beta1" => new AdamW(1e-2f, beta1: 0.8),
            "beta2" => new AdamW(1e-2f, beta2: 0.99),
            "epsilon" => new AdamW(1e-2f, epsilon: 1e-6),
            "weightDecay" => new AdamW(1e-2f, weightDecay: 0),
            "stateBits" => new AdamW(1e-2f) { StateBits = 8 },
            "minimumSize" => new AdamW(1e-2f) { MinimumSize = 5 },
            _ => new AdamW(1e-2f),
        };
        using TinyTraining other = new(
            optimizer,
            setting == "schedule" ? LearningRateSchedule.Linear(9, 2) : null,
            setting == "accumulationSteps" ? 2 : 1,
            setting == "maximumGradientNorm" ? 0.5f : float.PositiveInfinity);
        ShuffledBatches batches = setting switch
        {
            "batchSize" => TinyTraining.Batches(size: 2),
            "seed" => TinyTraining.Batches(seed: 4),
            "data" => TinyTraining.Batches(tokens: 49),
            _ => TinyTraining.Batches(),
        };

        CheckpointException error = AssertRefused(other, batches);

        Assert.EndsWith(Position, error.FilePath, StringComparison.Ordinal);
        Assert.Contains($"'{setting}' is ", error.Message, StringComparison.Ordinal);
        Assert.Contains(saved, error.Message, StringComparison.Ordinal);
        Assert.Contains(now, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_base_of_the_same_shapes_is_refused()
    {
        Save();
        TinyLlama.Write(_folder["other"], tensors => tensors.Replacing("model.norm.weight", tensor => tensor.WithBytes(bytes => bytes[0] ^= 1)));
        using TinyTraining other = new(folder: _folder["other"]);

        CheckpointException error = AssertRefused(other);

        Assert.Contains("'base' is ", error.Message, StringComparison.Ordinal);
        Assert.Contains(other.Model.BaseIdentity, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_base_in_another_folder_goes_on_with_the_same_losses()
    {
        using TinyTraining straight = new();
        double[] losses = straight.Fit(4);
        Save();
        TinyLlama.Write(_folder["copy"]);
        using TinyTraining copy = new(folder: _folder["copy"]);

        Assert.Empty(TrainingCheckpoint.Restore(Folder, copy.Trainer, TinyTraining.Batches()));

        Assert.Equal(losses[2..], copy.Fit(4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_model_with_more_or_fewer_layers_is_refused_by_the_layer_s_name(bool isSaved)
    {
        TinyLlama.Write(
            _folder["shorter"],
            tensors => tensors.Where(tensor => !tensor.Name.StartsWith("model.layers.2.", StringComparison.Ordinal)),
            config => config["num_hidden_layers"] = 2);
        Save(folder: isSaved ? _folder["shorter"] : null);
        using TinyTraining other = new(folder: isSaved ? null : _folder["shorter"]);

        CheckpointException error = AssertRefused(other);

        Assert.Contains("'weights'", error.Message, StringComparison.Ordinal);
        Assert.Contains("model.layers.2.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_held_otherwise_are_refused()
    {
        Save();
        using TinyTraining quantized = new(storage: WeightStorage.AsMarked);

        CheckpointException error = AssertRefused(quantized);

        Assert.Contains("'weights.model.layers.0.", error.Message, StringComparison.Ordinal);
        Assert.Contains("Nf4", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Norms_that_train_in_only_one_of_both_are_refused()
    {
        Save(trainsNorms: true);
        using TinyTraining plain = new();
        Assert.Contains("norm.weight", AssertRefused(plain).Message, StringComparison.Ordinal);

        Save();
        using TinyTraining norms = new(trainsNorms: true);
        Assert.Contains("norm.weight", AssertRefused(norms).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Norms_go_on_with_the_bits_of_a_training_that_had_not_stopped()
    {
        using TinyTraining straight = new(trainsNorms: true);
        double[] losses = straight.Fit(5);
        Save(trainsNorms: true);
        using TinyTraining resumed = new(trainsNorms: true);

        TrainingCheckpoint.Restore(Folder, resumed.Trainer, TinyTraining.Batches());

        Assert.Equal(losses[2..], resumed.Fit(5));
        TrainingState.Of(straight.Trainer).AssertSame(resumed.Trainer);
        Assert.Equal([PeftAdapterConfig.FileName, Adapter, Optimizer, Position], Directory.GetFiles(Folder)
            .Select(Path.GetFileName).Where(name => name![0] != '.').Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_checkpoint_before_the_first_step_goes_on_too()
    {
        using (TinyTraining fresh = new())
            TrainingCheckpoint.Save(Folder, fresh.Trainer, TinyTraining.Batches());
        using TinyTraining straight = new(), resumed = new();
        resumed.Fit(2);

        TrainingCheckpoint.Restore(Folder, resumed.Trainer, TinyTraining.Batches());

        Assert.Equal(0, resumed.Trainer.CompletedSteps);
        Assert.Equal(straight.Fit(3), resumed.Fit(3));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(8)]
    public void Every_damaged_file_is_refused_by_name_and_changes_nothing(int bits)
    {
        Save(bits: bits);
        using TinyTraining other = new(Moments(bits));
        other.Fit(1);
        string[] names = TensorNames(Optimizer);
        string first = NameThatEndsWith(bits == 8 ? ".exp_avg.absmax" : ".exp_avg");
        string second = NameThatEndsWith(bits == 8 ? ".exp_avg_sq.absmax" : ".exp_avg_sq");
        string steps = NameThatEndsWith(".step");
        string NameThatEndsWith(string suffix) => names.First(name => name.EndsWith(suffix, StringComparison.Ordinal));
        string factor = TensorNames(Adapter)[0];
        (string File, string? Tensor, Action<string> Damage)[] damages =
        [
            (Optimizer, first, path => Change(path, first, BitConverter.GetBytes(float.NaN))),
            (Optimizer, first, path => Change(path, first, BitConverter.GetBytes(float.PositiveInfinity))),
            (Optimizer, second, path => Change(path, second, BitConverter.GetBytes(-1f))),
            (Optimizer, second, path => Change(path, second, BitConverter.GetBytes(float.NegativeInfinity))),
            (Optimizer, steps, path => Change(path, steps, BitConverter.GetBytes(-1L))),
            (Optimizer, steps, path => Change(path, steps, BitConverter.GetBytes(long.MaxValue))),
            (Optimizer, first, path => Change(path, first, null)),
            (Optimizer, steps, path => Change(path, steps, null)),
            (Optimizer, "foreign", path => SafetensorsWriter.Write(path, [.. TinyTensors(path), SafetensorsTensor.OfFloats("foreign", [1], new float[1])])),
            (Optimizer, null, path => Truncate(path)),
            (Optimizer, null, path => File.Delete(path)),
            (Adapter, factor, path => Change(path, factor, BitConverter.GetBytes(float.NaN))),
            (Adapter, factor, path => Change(path, factor, null)),
            (Adapter, null, path => Truncate(path)),
            (Adapter, null, path => File.Delete(path)),
            (PeftAdapterConfig.FileName, null, path => Truncate(path)),
            (PeftAdapterConfig.FileName, null, path => File.Delete(path)),
            (Position, null, path => Truncate(path)),
            (Position, null, path => File.WriteAllText(path, "[]")),
        ];
        foreach ((string file, string? tensor, Action<string> damage) in damages)
        {
            string damaged = Rewritten(folder => damage(Path.Combine(folder, file)));
            CheckpointException error = AssertRefused(other, folder: damaged);
            Assert.EndsWith(file, error.FilePath, StringComparison.Ordinal);
            if (tensor is not null)
                Assert.Equal(tensor, error.TensorName);
        }
    }

    [Theory]
    [InlineData("steps", "-1")]
    [InlineData("steps", "1e3")]
    [InlineData("steps", "\"2\"")]
    [InlineData("steps", "99999999999")]
    [InlineData("steps", "1")]
    [InlineData("steps", "3")]
    [InlineData("steps", "0")]
    [InlineData("batches", "1")]
    [InlineData("batches", "3")]
    [InlineData("batches", "-2")]
    [InlineData("batches", "9223372036854775807")]
    [InlineData("batches", "2.5")]
    [InlineData("learningRate", "1e999")]
    [InlineData("learningRate", "\"0.01\"")]
    [InlineData("schedule", "7")]
    [InlineData("format", "1")]
    [InlineData("format", "null")]
    [InlineData("format", "\"2\"")]
    [InlineData("base", "null")]
    [InlineData("weights", "[]")]
    [InlineData("weights", "{}")]
    [InlineData("adapter", "{}")]
    [InlineData("adapter", "{\"a\": 1}")]
    [InlineData("environment", "{}")]
    [InlineData("environment", "{\"device\": 1, \"threads\": \"1\", \"vectors\": \"2\"}")]
    [InlineData("unknown", "1")]
    public void A_value_of_the_position_s_file_that_no_training_writes_is_refused_by_its_key(string key, string value)
    {
        Save();
        string folder = Rewritten(folder => ChangePosition(folder, json => json[key] = JsonNode.Parse(value)));
        using TinyTraining other = new();
        other.Fit(1);

        CheckpointException error = AssertRefused(other, folder: folder);

        Assert.EndsWith(Position, error.FilePath, StringComparison.Ordinal);
        Assert.Contains($"'{key}", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Two steps of up to three batches each.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    [InlineData(7, false)]
    public void Steps_that_accumulate_have_taken_one_batch_each_at_least_and_all_at_most(int batches, bool isPossible)
    {
        using TinyTraining training = new(accumulation: 3);
        training.Fit(2);
        TrainingCheckpoint.Save(Folder, training.Trainer, TinyTraining.Batches());
        string folder = Rewritten(folder => ChangePosition(folder, json => json["batches"] = batches));
        using TinyTraining other = new(accumulation: 3);

        if (isPossible)
        {
            TrainingCheckpoint.Restore(folder, other.Trainer, TinyTraining.Batches());
            Assert.Equal((2, batches), (other.Trainer.CompletedSteps, other.Trainer.ConsumedBatches));
            return;
        }

        CheckpointException error = AssertRefused(other, folder: folder);
        Assert.EndsWith(Position, error.FilePath, StringComparison.Ordinal);
        Assert.Contains($"'batches' is {batches}, which can't be the number of batches of 2 steps ('steps') of 1 to 3 batches each",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trainer_whose_steps_were_given_more_batches_than_it_accumulates_is_not_saved()
    {
        using TinyTraining training = new();
        training.Trainer.Step([TinyTraining.Batches().Batch(0), TinyTraining.Batches().Batch(1)], TestContext.Current.CancellationToken);

        InvalidOperationException error =
            Assert.Throws<InvalidOperationException>(() => TrainingCheckpoint.Save(Folder, training.Trainer, TinyTraining.Batches()));

        Assert.Contains("2 batches in 1 steps", error.Message, StringComparison.Ordinal);
        Assert.Contains("AccumulationSteps is 1", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public void A_missing_or_repeated_key_is_refused()
    {
        Save();
        using TinyTraining other = new();
        foreach (string key in JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, Position)))!.AsObject().Select(property => property.Key))
        {
            string missing = Rewritten(folder => ChangePosition(folder, json => json.Remove(key)));
            Assert.Contains($"'{key}", AssertRefused(other, folder: missing).Message, StringComparison.Ordinal);
        }

        string repeated = Rewritten(folder =>
        {
            string path = Path.Combine(folder, Position);
            File.WriteAllText(path, File.ReadAllText(path).Replace("\"seed\":", "\"seed\": 3, \"seed\":", StringComparison.Ordinal));
        });
        Assert.Contains("seed", AssertRefused(other, folder: repeated).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_checkpoint_is_refused()
    {
        Save();
        using (TinyTraining later = new())
        {
            later.Fit(3);
            TrainingCheckpoint.Save(_folder["later"], later.Trainer, TinyTraining.Batches());
        }

        using TinyTraining other = new();
        foreach (string file in (string[])[Adapter, Optimizer, Position])
        {
            string mixed = _folder[$"mixed-{file}"];
            CopyAll(Folder, mixed);
            File.Copy(Path.Combine(_folder["later"], file), Path.Combine(mixed, file), overwrite: true);
            Assert.EndsWith(file, AssertRefused(other, folder: mixed).FilePath, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_folder_without_checkpoint_is_called_that()
    {
        Directory.CreateDirectory(_folder["empty"]);
        using TinyTraining other = new();
        foreach (string folder in (string[])[_folder["empty"], _folder["missing"]])
        {
            CheckpointException error = AssertRefused(other, folder: folder);
            Assert.Equal(folder, error.FilePath);
            Assert.Contains("no checkpoint", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_adapter_of_another_rank_or_scaling_is_refused()
    {
        Save();
        string folder = Rewritten(folder =>
        {
            string path = Path.Combine(folder, PeftAdapterConfig.FileName);
            JsonObject json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            json["lora_alpha"] = 17;
            File.WriteAllText(path, json.ToJsonString());
        });
        using TinyTraining other = new();

        CheckpointException error = AssertRefused(other, folder: folder);

        Assert.Contains("rank 8 of 8, scaling 2'", error.Message, StringComparison.Ordinal);
        Assert.Contains("rank 8 of 8, scaling 2.125'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_number_of_threads_is_told_and_logged()
    {
        Save();
        ListLogger logger = new();
        using TinyTraining other = new(threads: 2, logger: logger);

        string difference = Assert.Single(TrainingCheckpoint.Restore(Folder, other.Trainer, TinyTraining.Batches()));

        Assert.Equal("threads was '1' and is '2'", difference);
        Assert.Contains(logger.Entries, entry => entry.Level == LogLevel.Warning && entry.Text.Contains(difference, StringComparison.Ordinal));
        Assert.Contains(logger.Entries, entry => entry.Level == LogLevel.Information && entry.Text.Contains(Folder, StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_with_a_merged_adapter_has_no_checkpoint()
    {
        Save();
        using TinyTraining merged = new();
        merged.Fit(1);
        merged.Model.Merge();
        merged.Model.Adapter.Initialize(1);

        Assert.Contains("merged",
            Assert.Throws<InvalidOperationException>(() => TrainingCheckpoint.Save(_folder["merged"], merged.Trainer, TinyTraining.Batches())).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => TrainingCheckpoint.Restore(Folder, merged.Trainer, TinyTraining.Batches()));
        Assert.False(Directory.Exists(_folder["merged"]));
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_not_saved()
    {
        using TinyTraining training = new();
        training.Fit(1);
        float[] numbers = training.Model.TrainableParameters[0].Value.ToArray();
        numbers[^1] = float.NaN;
        training.Model.TrainableParameters[0].Value.CopyFrom(numbers);

        InvalidOperationException error =
            Assert.Throws<InvalidOperationException>(() => TrainingCheckpoint.Save(Folder, training.Trainer, TinyTraining.Batches()));

        Assert.Contains(training.Model.TrainableParameters[0].Name, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Folder));
    }

    private static AdamW Moments(int bits) => new(1e-2f) { StateBits = bits, MinimumSize = bits == 8 ? 0 : 4096 };

    private void Save(string? folder = null, int bits = 32, bool trainsNorms = false)
    {
        using TinyTraining training = new(Moments(bits), folder: folder, trainsNorms: trainsNorms);
        training.Fit(2);
        TrainingCheckpoint.Save(Folder, training.Trainer, TinyTraining.Batches());
    }

    private CheckpointException AssertRefused(TinyTraining training, ShuffledBatches? batches = null, string? folder = null)
    {
        TrainingState before = TrainingState.Of(training.Trainer);
        CheckpointException error =
            Assert.Throws<CheckpointException>(() => TrainingCheckpoint.Restore(folder ?? Folder, training.Trainer, batches ?? TinyTraining.Batches()));
        before.AssertSame(training.Trainer);
        Assert.Single(error.Message.Split('\n'));
        return error;
    }

    /// <summary>A copy of the checkpoint with something changed, written as its files are, so that they belong together.</summary>
    private string Rewritten(Action<string> change)
    {
        string copy = _folder[$"rewritten-{Guid.NewGuid():N}"];
        AtomicFolder.Write(
            copy,
            folder =>
            {
                CopyAll(Folder, folder);
                File.Delete(Path.Combine(folder, FolderManifest.FileName));
                change(folder);
            },
            TrainingCheckpoint.Part);
        return copy;
    }

    private static void CopyAll(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
    }

    private static void ChangePosition(string folder, Action<JsonObject> change)
    {
        string path = Path.Combine(folder, Position);
        JsonObject json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    private string[] TensorNames(string file) => [.. TinyTensors(Path.Combine(Folder, file)).Select(tensor => tensor.Name)];

    private static List<SafetensorsTensor> TinyTensors(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return [.. file.Entries.Select(entry => SafetensorsTensor.OfBytes(entry.Name, entry.Type, entry.Shape.AsSpan(), file.ReadBytes(entry.Name)))];
    }

    /// <summary>Replaces the first bytes of a tensor, or leaves the tensor out.</summary>
    private static void Change(string path, string name, byte[]? bytes)
    {
        List<SafetensorsTensor> tensors = TinyTensors(path);
        SafetensorsWriter.Write(path, bytes is null
            ? [.. tensors.Where(tensor => tensor.Name != name)]
            : [.. tensors.Replacing(name, tensor => tensor.WithBytes(old => bytes.CopyTo(old, 0)))]);
    }

    private static void Truncate(string path)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength(file.Length / 2);
    }
}
