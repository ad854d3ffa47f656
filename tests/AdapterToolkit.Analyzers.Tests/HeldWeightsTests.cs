using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeIntoQuantizedAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0108: how the weights that are merged into are held.</summary>
public sealed class HeldWeightsTests
{
    [Theory]
    [InlineData("""var m = Model.Load("x", device); {|ADT0108:m.Merge()|};""")]
    [InlineData("""var m = Model.Load("x", device, WeightStorage.AsMarked); {|ADT0108:m.Merge()|};""")]
    [InlineData("""var storage = WeightStorage.AsMarked; var m = Model.Load("x", device, storage); {|ADT0108:m.Merge()|};""")]
    [InlineData("""Model m = Model.Load("x", device, WeightStorage.Dense); m.Merge(); m = Model.Load("x", device); {|ADT0108:m.Merge()|};""")]
    [InlineData("""Model m = Model.Load("x", device); {|ADT0108:m.Merge()|}; m = Model.Load("x", device, WeightStorage.Dense); m.Merge();""")]
    [InlineData("""using Model m = new(); m.LoadCheckpoint("x", device); {|ADT0108:m.Merge()|};""")]
    [InlineData("""var m = await Model.LoadAsync("x"); {|ADT0108:m.Merge()|};""")]
    [InlineData("""{|ADT0108:Loader.Open4("x").Merge()|};""")]
    [InlineData("var m = Create(WeightStorage.AsMarked); {|ADT0108:m.Merge()|};")]
    [InlineData("{|ADT0108:_marked.Merge()|};")]
    [InlineData("""LanguageModel any = Model.Load("x", device); {|ADT0108:any.Merge()|};""")]
    [InlineData("""var m = Model.Load("x", device); {|ADT0108:m.Block.Layer.Merge()|};""")]
    [InlineData("foreach (Linear l in model.LinearLayers) {|ADT0108:l.Merge()|};")]
    [InlineData("foreach (Linear l in model.Adapter.Layers) {|ADT0108:l.Merge()|};")]
    [InlineData("foreach (Small l in model.LinearLayers.OfType<Small>()) {|ADT0108:l.Merge()|};")]
    [InlineData("{|ADT0108:model.MergeTo(4)|};")]
    [InlineData("{|ADT0108:model.MergeTo(Bits)|};")]
    [InlineData("{|ADT0108:model.MergeTo(s_bits)|};")]
    [InlineData("int bits = 8; {|ADT0108:model.MergeTo(bits)|};")]
    [InlineData("{|ADT0108:model.Merge(requantize: true)|};")]
    [InlineData("{|ADT0108:model.Merge(reversible: false, requantize: true)|};")]
    [InlineData("Action merge = () => {|ADT0108:model.Merge()|}; merge();")]
    [InlineData("void Local() => {|ADT0108:model.Merge()|}; Local();")]
    [InlineData("""var lazy = new Lazy<Model>(() => Model.Load("x", device)); {|ADT0108:lazy.Value.Merge()|};""")]
    [InlineData("""var t = new Trainer(Model.Load("x", device), new AdamW()); {|ADT0108:t.Model.Merge()|};""")]
    [InlineData("foreach (Small l in layers) {|ADT0108:l.Merge()|};")]
    [InlineData("layers.ToList().ForEach(l => {|ADT0108:l.Merge()|});")]
    [InlineData("model?{|ADT0108:.Merge(true, requantize: flag)|};")]
    [InlineData("float error = {|ADT0108:small.Merge(true)|};")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("""var m = Model.Load("x", device, WeightStorage.Dense); m.Merge();""")]
    [InlineData("""var m = Model.Load("x", device, storage: WeightStorage.Dense); m.Merge(reversible: true);""")]
    [InlineData("""var m = Model.Load("x", device, options.Storage); m.Merge();""")]
    [InlineData("""var storage = WeightStorage.Dense; var m = Model.Load("x", device, storage); m.Merge();""")]
    [InlineData("""
        var storage = flag ? WeightStorage.Dense : WeightStorage.AsMarked;
        var m = Model.Load("x", device, storage);
        if (flag) m.Merge();
        else m.MergeTo(16);
        """)]
    [InlineData("""var m = Model.Load("x", device, Storage); m.Merge();""")]
    [InlineData("""var m = Model.Load("x", device, Pick()); m.Merge();""")]
    [InlineData("""Model m; m = Model.Load("x", device, WeightStorage.Dense); m.Merge();""")]
    [InlineData("""using Model m = new(); m.LoadCheckpoint("x", device, WeightStorage.Dense); m.Merge();""")]
    [InlineData("""
        using Model m = new();
        m.LoadCheckpoint("x", device, new AdapterToolkit.Loading.LoadOptions { Storage = WeightStorage.Dense });
        m.Merge();
        """)]
    [InlineData("""var m = await Model.LoadAsync("x", WeightStorage.Dense); m.Merge();""")]
    [InlineData("""Loader.Open("x").Merge();""")]
    [InlineData("""var m = Loader.Full("x"); m.Merge();""")]
    [InlineData("var m = Create(WeightStorage.Dense); m.Merge();")]
    [InlineData("_dense.Merge();")]
    [InlineData("_given.Merge();")]
    [InlineData("_late!.Merge();")]
    [InlineData("_late?.Merge();")]
    [InlineData("Prop.Merge(); Arrow.Merge();")]
    [InlineData("""LanguageModel any = Model.Load("x", device, WeightStorage.Dense); any.Merge();""")]
    [InlineData("""var m = flag ? Model.Load("x", device, WeightStorage.Dense) : Model.Load("y", device, WeightStorage.Dense); m.Merge();""")]
    [InlineData("""Model m; if (flag) m = Model.Load("x", device, WeightStorage.Dense); else m = Model.Load("x", device); m.Merge();""")]
    [InlineData("""var m = Model.Load("x", device, WeightStorage.Dense); m.Block.Layer.Merge();""")]
    [InlineData("""var m = Model.Load("x", device, WeightStorage.Dense); foreach (Linear l in m.LinearLayers) l.Merge();""")]
    [InlineData("foreach (Linear l in model.LinearLayers.Where(l => l.Weight.Format.Bits >= 16)) l.Merge();")]
    [InlineData("foreach (Linear l in model.LinearLayers) { if (l.Weight.Format.HasBlocks) l.MergeTo(16); else l.Merge(); }")]
    [InlineData("foreach (Dense l in model.LinearLayers.OfType<Dense>()) l.Merge();")]
    [InlineData("if (model.BitsPerWeight is null) model.Merge(); else model.MergeTo(16);")]
    [InlineData("if (flag) model.Merge(); else model.MergeTo(32);")]
    [InlineData("try { model.Merge(); } catch (InvalidOperationException) { model.MergeTo(16); }")]
    [InlineData("int bits = flag ? 16 : 32; model.MergeTo(bits);")]
    [InlineData("int bits = 8; bits = 16; model.MergeTo(bits);")]
    [InlineData("model.MergeTo(options.Bits);")]
    [InlineData("Assert.Throws<InvalidOperationException>(() => model.Merge());")]
    [InlineData("Assert.Throws<ArgumentOutOfRangeException>(() => model.MergeTo(8));")]
    [InlineData("""Model m = Model.Load("x", device, WeightStorage.Dense); void Local() { m.Merge(); } Local();""")]
    [InlineData("""Model Make() => Model.Load("x", device, WeightStorage.Dense); var m = Make(); m.Merge();""")]
    [InlineData("""var lazy = new Lazy<Model>(() => Model.Load("x", device, WeightStorage.Dense)); lazy.Value.Merge();""")]
    [InlineData("""
        var models = new[] { Model.Load("x", device, WeightStorage.Dense), Model.Load("y", device, WeightStorage.Dense) };
        foreach (var m in models) m.Merge();
        """)]
    [InlineData("""var models = new List<Model> { Model.Load("x", device, WeightStorage.Dense) }; models[0].Merge();""")]
    [InlineData("""foreach (var path in new[] { "x", "y" }) { using var m = Model.Load(path, device, WeightStorage.Dense); m.Merge(); }""")]
    [InlineData("""var m = await Task.Run(() => Model.Load("x", device, WeightStorage.Dense)); m.Merge();""")]
    [InlineData("""var t = new Trainer(Model.Load("x", device, WeightStorage.Dense), new AdamW()); t.Model.Merge();""")]
    [InlineData("half.Merge(); dense.Merge(); new Other().Merge();")]
    [InlineData("model.MergeTo(16); model.Adapter.Initialize(); model.Merge();")]
    [InlineData("model.MergeToBaseType(); model.Adapter.Initialize(); model.Merge();")]
    [InlineData("small.MergeTo(16); small.SetFactors(null);")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("""
        public class Exporter
        {
            public static void Export(Model m) { m.Merge(); }
            public static void Main2() { using var m = Model.Load("x", null, WeightStorage.Dense); Export(m); }
        }
        """)]
    [InlineData("""
        public class Exporter
        {
            public static void Export(Model m) { {|ADT0108:m.Merge()|}; }
            public static void Main2() { using var m = Model.Load("x"); Export(m); }
        }
        """)]
    [InlineData("""
        public class Exporter
        {
            public static void Export(Model m) { {|ADT0108:m.Merge()|}; }
            public static void Main2()
            {
                using var m = Model.Load("x");
                Export(m);
                var d = Model.Load("x", null, WeightStorage.Dense);
                d.Merge();
            }
        }
        """)]
    [InlineData("public class Exporter { public static void Export(Model m) { {|ADT0108:m.Merge()|}; } }")]
    [InlineData("""
        public class Exporter(Model model)
        {
            public void Export() { model.Merge(); }
            public static void Go() { new Exporter(Model.Load("x", null, WeightStorage.Dense)).Export(); }
        }
        """)]
    [InlineData("""
        public class Exporter
        {
            private readonly Model _model;
            public Exporter(Model model) => _model = model;
            public void Export() => _model.Merge();
            public static Exporter Go() => new(Loader.Open("x"));
        }
        """)]
    [InlineData("""
        public class Exporter(Model model)
        {
            public void Export() { {|ADT0108:model.Merge()|}; }
            public static void Go() { new Exporter(Model.Load("x")).Export(); }
        }
        """)]
    [InlineData("""
        public static class Ext
        {
            public static void Export(this LanguageModel m, string f) { {|ADT0108:m.Merge()|}; m.Save(f); }
            public static void Go() { Model.Load("x").Export("y"); }
        }
        """)]
    [InlineData("""
        public static class Ext
        {
            public static void Finish<T>(T m) where T : LanguageModel { m.Merge(); }
            public static void Small<T>(T m) where T : Small { {|ADT0108:m.Merge()|}; }
        }
        """)]
    [InlineData("""
        public class F
        {
            public Model? M;
            public Model N { get; set; } = Model.Load("x");
            public void A() { M = Model.Load("x"); {|ADT0108:M.Merge()|}; {|ADT0108:N.Merge()|}; }
            public void B() { M = Loader.Open("y"); M.Merge(); }
            public void C() { M!.Merge(); }
        }
        """)]
    [InlineData("""
        public class P
        {
            public static void Run(bool dense)
            {
                var m = dense ? Loader.Open("x") : Loader.Open4("x");
                if (dense) m.Merge();
                else m.MergeTo(16);
                m.Save("y");
            }
        }
        """)]
    [InlineData("""
        public class P
        {
            public static void Run(bool dense)
            {
                var m = Model.Load("x", null, dense ? WeightStorage.Dense : WeightStorage.AsMarked);
                m.Merge();
            }
        }
        """)]
    [InlineData("""
        public class P
        {
            private readonly Dictionary<string, Model> _cache = [];
            public Model Get(string n)
            {
                if (!_cache.TryGetValue(n, out var m)) { m = Loader.Open(n); _cache[n] = m; }
                return m;
            }
            public void Run() { Get("x").Merge(); }
        }
        """)]
    public Task FollowsWhatReachesAClass(string source) => Rule.Check(QuantizedSource.Model + source);

    private static string Program(string statements) => $$"""
        {{QuantizedSource.Model}}
        public class Holder
        {
            private readonly Model _dense = Model.Load("x", null, WeightStorage.Dense);
            private readonly Model _marked = Model.Load("x");
            private readonly Model _given;
            private Model? _late;
            private Model Prop { get; } = Model.Load("x", null, WeightStorage.Dense);
            private Model Arrow => _dense;
            private static readonly int s_bits = 8;
            private const int Bits = 4;
            private const WeightStorage Storage = WeightStorage.Dense;
            public Holder(Options o) { _given = Model.Load("x", null, o.Storage); _late = null; }
            public void Init() { _late = Model.Load("y", null, WeightStorage.Dense); }
            private static WeightStorage Pick() => WeightStorage.Dense;
            private static Model Create(WeightStorage storage) { var m = new Model(); m.LoadCheckpoint("f", null!, storage); return m; }
            public async Task Run(Model model, Small small, Half half, Dense dense,
                ComputeDevice device, bool flag, Options options, IEnumerable<Small> layers)
            {
                {{statements}}
                await Task.Yield();
            }
        }
        """;
}
