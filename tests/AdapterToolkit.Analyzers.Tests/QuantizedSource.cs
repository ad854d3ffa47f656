using AdapterToolkit.Analyzers.Rules;
namespace AdapterToolkit.Analyzers.Tests;

/// <summary>Layers of all kinds of storage, a model that is made of one of them, and ways to load it.</summary>
internal static class QuantizedSource
{
    /// <summary>The beginning of a file.</summary>
    public const string Model = $$"""
        [LowRank(2), Quantized(4)] public partial class Small() : Linear(64, 64);
        [LowRank(2), Quantized(8)] public partial class Byte8() : Linear(64, 64);
        [LowRank(2), Quantized(16)] public partial class Half() : Linear(64, 64);
        [Quantized(4)] public partial class FrozenSmall() : Linear(64, 64);
        [LowRank(2)] public partial class Dense() : Linear(64, 64);
        [AdapterModel] public sealed partial class Block { public Small Layer { get; } = new(); public Tensor Forward(Tensor x) => Layer.Forward(x); }
        [AdapterModel]
        public sealed partial class Model() : LanguageModel(null!)
        {
            public Block Block { get; } = new();
            public override LanguageModelHead Head => null!;
            public override Tensor Forward(TokenIds tokens, SequenceContext context) => null!;
            {{RuleTest<MergeIntoQuantizedAnalyzer>.EmittedHalf}}
            public static Model Load(string folder, ComputeDevice? device = null, WeightStorage storage = WeightStorage.AsMarked)
            {
                Model m = new();
                m.LoadCheckpoint(folder, device!, storage);
                return m;
            }
            public static async Task<Model> LoadAsync(string folder, WeightStorage storage = WeightStorage.AsMarked)
            {
                await Task.Yield();
                return Load(folder, null, storage);
            }
        }
        public class Other { public void Merge() { } }
        public record Options(bool DenseWeights, WeightStorage Storage, int Bits);
        public static class Loader
        {
            public static Model Open(string f) { var m = new Model(); m.LoadCheckpoint(f, null!, WeightStorage.Dense); return m; }
            public static Model Open4(string f) { var m = new Model(); m.LoadCheckpoint(f, null!); return m; }
            public static Model Full(string f) => Model.Load(f, null, WeightStorage.Dense);
        }
        """;
}
