using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeOnceAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0107: models and layers that queues, tuples, queries, iterators and spans give.</summary>
public sealed class MergedSequenceTests
{
    [Theory]
    [InlineData("MergeAll(net.LinearLayers); {|ADT0107:net.Merge()|};")]
    [InlineData("MergeAll(net.LinearLayers); {|ADT0107:MergeAll(net.LinearLayers)|};")]
    [InlineData("foreach (Linear l in Each(net)) l.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("var q = new Queue<Linear>(net.LinearLayers); while (q.Count > 0) q.Dequeue().Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("Array.ForEach(net.LinearLayers.ToArray(), l => l.Merge()); {|ADT0107:net.Merge()|};")]
    [InlineData("Array.ForEach(models.ToArray(), m => m.Merge()); foreach (Model m in models) {|ADT0107:m.Merge()|};")]
    [InlineData("foreach (var (l, i) in net.LinearLayers.Select((l, i) => (l, i))) l.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("foreach (var l in from l in net.LinearLayers where l.OutFeatures > 4 select l) l.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("foreach (var l in models.SelectMany(m => m.LinearLayers)) l.Merge(); foreach (Model m in models) {|ADT0107:m.Merge()|};")]
    [InlineData("foreach (Model m in models) foreach (Linear l in m.LinearLayers) l.Merge(); foreach (Model m in models) {|ADT0107:m.Merge()|};")]
    [InlineData("foreach (Model m in _pair) m.Merge(); {|ADT0107:_own.Merge()|};")]
    [InlineData("foreach (Linear l in _layers) l.Merge(); {|ADT0107:_own.Merge()|};")]
    [InlineData("Span<Linear> all = net.LinearLayers.ToArray(); foreach (ref Linear l in all) l.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("Span<Linear> all = net.LinearLayers.ToArray(); all[0].Merge(); {|ADT0107:all[0].Merge()|};")]
    [InlineData("""var named = new Dictionary<string, Model> { { "a", net } }; named["a"].Merge(); {|ADT0107:net.Merge()|};""")]
    [InlineData("""var named = new Dictionary<string, Model> { ["a"] = net }; if (named.TryGetValue("a", out var m)) m.Merge(); {|ADT0107:net.Merge()|};""")]
    [InlineData("""var list = new List<(Model M, string F)> { (net, "a"), (second, "b") }; foreach (var (m, f) in list) m.Merge(); {|ADT0107:net.Merge()|};""")]
    [InlineData("""var list = new List<(Model M, string F)> { (net, "a"), (net, "b") }; foreach (var (m, f) in list) {|ADT0107:m.Merge()|};""")]
    [InlineData("_models.Add(net); _models.Add(net); foreach (Model m in _models) {|ADT0107:m.Merge()|};")]
    [InlineData("_ = net.LinearLayers.Aggregate(0f, (e, l) => e + l.Merge()); {|ADT0107:net.Merge()|};")]
    [InlineData("_ = net.LinearLayers.All(l => l.Merge() > 0); {|ADT0107:net.Merge()|};")]
    [InlineData("Task.WhenAll(net.LinearLayers.Select(l => Task.Run(() => l.Merge()))).Wait(); {|ADT0107:net.Merge()|};")]
    [InlineData("foreach (var group in net.LinearLayers.GroupBy(l => l.OutFeatures)) foreach (Linear l in group) l.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("foreach (Linear[] chunk in net.LinearLayers.Chunk(4)) foreach (Linear l in chunk) l.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("net.LinearLayers.ElementAt(0).Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("net.LinearLayers.FirstOrDefault()?.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("var all = net.LinearLayers.ToImmutableArray(); foreach (Linear l in all) l.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("var set = new HashSet<Model> { net, second }; foreach (Model m in set) m.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("Action<Linear> merge = MergeOne; foreach (Linear l in net.LinearLayers) merge(l); {|ADT0107:net.Merge()|};")]
    [InlineData("foreach (Linear l in net.LinearLayers.Reverse()) l.Merge(); foreach (Linear l in net.LinearLayers) {|ADT0107:l.Merge()|};")]
    [InlineData("foreach (Model m in models) { m.Merge(); {|ADT0107:m.Merge()|}; }")]
    [InlineData("net.Adapter.Layers.ToList().ForEach(l => l.Merge()); {|ADT0107:net.Merge()|};")]
    [InlineData("net.Adapter.Layers.ToList().ForEach(MergeOne); {|ADT0107:net.Merge()|};")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("MergeAll(net.LinearLayers); MergeAll(second.LinearLayers);")]
    [InlineData("foreach (Linear l in net.LinearLayers) l.Merge(true); UnmergeAll(net.LinearLayers); net.Merge();")]
    [InlineData("foreach (Linear l in Each(net)) l.Merge(); second.Merge();")]
    [InlineData("var q = new Queue<Linear>(net.LinearLayers); while (q.Count > 0) q.Dequeue().Merge(); second.Merge();")]
    [InlineData("var q = new Queue<Linear>(net.LinearLayers); while (q.TryDequeue(out var l)) l.Merge();")]
    [InlineData("var s = new Stack<Model>(); s.Push(net); s.Push(second); while (s.Count > 0) s.Pop().Merge();")]
    [InlineData("Array.ForEach(net.LinearLayers.ToArray(), l => l.Merge()); second.Merge();")]
    [InlineData("foreach (var (l, i) in net.LinearLayers.Select((l, i) => (l, i))) l.Merge(); second.Merge();")]
    [InlineData("foreach (var l in from l in net.LinearLayers where l.OutFeatures > 4 select l) l.Merge(); second.Merge();")]
    [InlineData("var e = net.LinearLayers.GetEnumerator(); while (e.MoveNext()) e.Current.Merge();")]
    [InlineData("foreach (var l in models.SelectMany(m => m.LinearLayers)) l.Merge(); net.Merge();")]
    [InlineData("foreach (Model m in models) foreach (Linear l in m.LinearLayers) l.Merge();")]
    [InlineData("foreach (Model m in new[] { net }.Concat(new[] { second })) m.Merge();")]
    [InlineData("foreach (Model m in _pair) m.Merge(); net.Merge();")]
    [InlineData("foreach (Linear l in _layers) l.Merge(); net.Merge();")]
    [InlineData("Span<Linear> all = net.LinearLayers.ToArray(); all[0].Merge(); all[1].Merge();")]
    [InlineData("Model[] all = [net, second]; all[^1].Merge(); net.Merge();")]
    [InlineData("Model[] all = new Model[2]; all[0] = net; all[1] = second; foreach (Model m in all) m.Merge();")]
    [InlineData("""var named = new Dictionary<string, Model> { ["a"] = net, ["b"] = second }; foreach (Model m in named.Values) m.Merge();""")]
    [InlineData("""var named = new Dictionary<string, Model> { ["a"] = net, ["b"] = second }; foreach (var (k, m) in named) m.Merge();""")]
    [InlineData("""var list = new List<(Model M, string F)> { (net, "a"), (second, "b") }; foreach (var (m, f) in list) { m.Merge(); m.Save(f); }""")]
    [InlineData("foreach (Model m in models) m.Merge(); models.Add(net); net.Merge();")]
    [InlineData("_models.Add(net); _models.Add(second); foreach (Model m in _models) m.Merge();")]
    [InlineData("_ = net.LinearLayers.Aggregate(0f, (e, l) => e + l.Merge()); second.Merge();")]
    [InlineData("Task.WhenAll(net.LinearLayers.Select(l => Task.Run(() => l.Merge()))).Wait(); second.Merge();")]
    [InlineData("foreach (var group in net.LinearLayers.GroupBy(l => l.OutFeatures)) foreach (Linear l in group) l.Merge();")]
    [InlineData("foreach (Linear[] chunk in net.LinearLayers.Chunk(4)) foreach (Linear l in chunk) l.Merge();")]
    [InlineData("net.LinearLayers.First(l => l.OutFeatures == 8).Merge(); second.Merge();")]
    [InlineData("net.LinearLayers.First().Merge(); net.LinearLayers.Last().Merge();")]
    [InlineData("var all = net.LinearLayers.ToList(); for (int i = 0; i < all.Count; i++) all[i].Merge();")]
    [InlineData("var pool = new Pool(); pool.Put(net); pool.Put(second); pool.Take().Merge(); pool.Take().Merge();")]
    [InlineData("var set = new HashSet<Model> { net, net }; foreach (Model m in set) m.Merge();")]
    [InlineData("foreach (Linear l in net.LinearLayers) { l.Merge(true); l.Unmerge(); } net.Merge();")]
    [InlineData("foreach (Linear l in net.LinearLayers) l.Merge(true); foreach (Linear l in net.LinearLayers.Reverse()) l.Unmerge(); net.Merge();")]
    [InlineData("foreach (Linear l in net.LinearLayers) l.Merge(true); foreach (Linear l in net.LinearLayers) if (l.IsMerged) l.Unmerge(); net.Merge();")]
    [InlineData("""
        var merged = new List<Linear>(); foreach (Linear l in net.LinearLayers) { l.Merge(true); merged.Add(l); }
        foreach (Linear l in merged) l.Unmerge(); net.Merge();
        """)]
    [InlineData("foreach (Model m in models) { if (m == net) continue; m.Merge(); } net.Merge();")]
    [InlineData("foreach (Model m in models.Distinct()) m.Merge();")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    private static string Program(string statements) => $$"""
        {{MergeSource.Models}}
        public class Pool { private readonly Queue<Model> _q = new(); public void Put(Model m) => _q.Enqueue(m); public Model Take() => _q.Dequeue(); }
        public class User
        {
            private readonly List<Model> _models = []; private readonly Model[] _pair; private readonly Linear[] _layers; private readonly Model _own = new();
            public User(Model a) { _pair = [a, _own]; _layers = [.. _own.LinearLayers]; }
            private static void MergeOne(Linear l) => l.Merge();
            private static void MergeAll(IEnumerable<Linear> ls) { foreach (Linear l in ls) l.Merge(); }
            private static void UnmergeAll(IEnumerable<Linear> ls) { foreach (Linear l in ls) l.Unmerge(); }
            private static IEnumerable<Linear> Each(Model m) { foreach (Linear l in m.LinearLayers) yield return l; }
            public void Run(Model net, Model second, List<Model> models, Dictionary<string, Model> cache, bool flag, int n)
            {
                {{statements}}
            }
        }
        """;
}
