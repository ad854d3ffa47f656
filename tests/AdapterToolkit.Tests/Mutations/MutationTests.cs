using AdapterToolkit.Tests.Mutations.Readers;
using AdapterToolkit.Tests.Shared.Mutations;
using Xunit;

namespace AdapterToolkit.Tests.Mutations;

/// <summary>Every reader of the library is given damaged files; see <see cref="MutationRun"/>.</summary>
[Trait("Device", "cpu")]
public sealed class MutationTests
{
    private static readonly Dictionary<string, Func<MutatedReader>> s_readers = new()
    {
        [nameof(SafetensorsReader)] = () => new SafetensorsReader(),
        [nameof(ShardIndexReader)] = () => new ShardIndexReader(),
        [nameof(ModelConfigReader)] = () => new ModelConfigReader(),
        [nameof(TokenizerReader)] = () => new TokenizerReader(),
        [nameof(TemplateReader)] = () => new TemplateReader(),
        [nameof(AdapterConfigReader)] = () => new AdapterConfigReader(),
        [nameof(AdapterReader)] = () => new AdapterReader(),
        [nameof(TrainedModulesReader)] = () => new TrainedModulesReader(),
        [nameof(ModelReader)] = () => new ModelReader(),
        [nameof(QuantizedModelReader)] = () => new QuantizedModelReader(),
        [nameof(TrainingCheckpointReader)] = () => new TrainingCheckpointReader(),
        [nameof(SealedCheckpointReader)] = () => new SealedCheckpointReader(),
        [nameof(DataFileReader)] = () => new DataFileReader(),
        [nameof(EndTokensReader)] = () => new EndTokensReader(),
    };

    /// <summary>The readers' names.</summary>
    public static TheoryData<string> Readers => [.. s_readers.Keys];

    [Theory]
    [MemberData(nameof(Readers))]
    public void Damaged_files_are_read_or_refused(string reader)
    {
        using MutatedReader mutated = s_readers[reader]();
        MutationRun.Of(mutated);
    }
}
