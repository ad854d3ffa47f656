using AdapterToolkit.Analyzers.Rules;
namespace AdapterToolkit.Analyzers.Tests;

/// <summary>A program with models, layers, and helpers that merge them.</summary>
internal static class MergeSource
{
    /// <summary>A layer, and a model of two.</summary>
    public const string Models = $$"""
        [LowRank(2)] public partial class Projection(int a, int b) : Linear(a, b);
        [AdapterModel]
        public sealed partial class Model() : LanguageModel(null!)
        {
            public Projection Layer { get; } = new(8, 8);
            public Projection Other { get; } = new(8, 8);
            public override LanguageModelHead Head => null!;
            public override Tensor Forward(TokenIds tokens, SequenceContext context) => null!;
            {{RuleTest<MergeOnceAnalyzer>.EmittedHalf}}
            public static Model Load(string f) => new();
        }

        """;

    /// <summary>The program.</summary>
    /// <param name="statements">The body of one of its methods.</param>
    public static string Program(string statements) => $$"""
        {{Models}}
        public class Box { public Model Model = new(); public Model Prop { get; set; } = new(); }
        public static class Exporter {
            public static void MergeAndSave(LanguageModel model, string path) { model.Merge(); model.Save(path); }
            public static void Export(this LanguageModel model, string path) { model.MergeTo(16); model.Save(path); }
            public static float ErrorOf(LanguageModel model) { float e = model.MergeTo(16, reversible: true); model.Unmerge(); return e; }
            public static LanguageModel Merged(LanguageModel model) { model.Merge(); return model; }
            public static void SaveAdapter(LanguageModel model) => model.Adapter.Save("a");
        }
        public class User
        {
            private Model _model = new();
            private readonly List<Model> _models = [];
            private Model? _maybe;
            private bool _merged;
            private Model Current { get; set; } = new();
            public void Run(Model model, Model second, Projection layer, Projection? maybe, bool flag, int n,
                TokenIds tokens, IEnumerable<TrainingBatch> batches, List<Model> models, Box box, Trainer given)
            {
                {{statements}}
            }
            private static Model Make() => new();
            private static void MergeAll(LanguageModel given) => given.Merge();
            private void MergeOwn() => _model.Merge();
            private void SaveOwn() => _model.Adapter.Save("x");
            private static void TrainOn(LanguageModel m, IEnumerable<TrainingBatch> batches)
            {
                var t = new Trainer(m, new AdamW());
                foreach (var s in t.Fit(batches)) { }
            }
            private static void Evaluate(LanguageModel m, TokenIds t) { m.Logits(t); }
            private static async System.Threading.Tasks.Task Yield() => await System.Threading.Tasks.Task.Yield();
        }
        """;
}
