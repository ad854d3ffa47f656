using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeIntoQuantizedAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0108: layers that queues, tuples, queries, iterators and spans give.</summary>
public sealed class HeldSequenceTests
{
    [Theory]
    [InlineData("foreach (var l in net.Adapter.Layers) {|ADT0108:l.Merge()|};")]
    [InlineData("var q = new Queue<Linear>(net.LinearLayers); while (q.Count > 0) {|ADT0108:q.Dequeue().Merge()|};")]
    [InlineData("var q = new Stack<Linear>(net.LinearLayers); while (q.TryPop(out var l)) {|ADT0108:l.Merge()|};")]
    [InlineData("var d = net.LinearLayers.ToDictionary(l => l.ToString()!); foreach (var (k, l) in d) {|ADT0108:l.Merge()|};")]
    [InlineData("var d = net.LinearLayers.ToDictionary(l => l.ToString()!); foreach (var pair in d) {|ADT0108:pair.Value.Merge()|};")]
    [InlineData("""var d = new Dictionary<string, Linear>(); foreach (var l in net.LinearLayers) d[l.ToString()!] = l; {|ADT0108:d["a"].Merge()|};""")]
    [InlineData("""
        var d = new Dictionary<string, Linear>(); foreach (var l in net.LinearLayers) d.Add(l.ToString()!, l);
        if (d.TryGetValue("q", out var x)) {|ADT0108:x.Merge()|};
        """)]
    [InlineData("foreach (var (l, i) in net.LinearLayers.Select((l, i) => (l, i))) {|ADT0108:l.Merge()|};")]
    [InlineData("foreach (var t in net.LinearLayers.Select((l, i) => (Layer: l, Index: i))) {|ADT0108:t.Layer.Merge()|};")]
    [InlineData("foreach (var t in net.LinearLayers.Select(l => new { Layer = l })) {|ADT0108:t.Layer.Merge()|};")]
    [InlineData("foreach (var l in from l in net.LinearLayers where l.OutFeatures > 4 orderby l.OutFeatures select l) {|ADT0108:l.Merge()|};")]
    [InlineData("foreach (var l in net.LinearLayers.Select(l => l)) {|ADT0108:l.Merge()|};")]
    [InlineData("foreach (var l in net.LinearLayers.Concat(net.LinearLayers)) {|ADT0108:l.Merge()|};")]
    [InlineData("foreach (var l in new[] { net, net }.SelectMany(m => m.LinearLayers)) {|ADT0108:l.Merge()|};")]
    [InlineData("var e = net.LinearLayers.GetEnumerator(); while (e.MoveNext()) {|ADT0108:e.Current.Merge()|};")]
    [InlineData("foreach (var l in Each(net)) {|ADT0108:l.Merge()|};")]
    [InlineData("foreach (var l in Wide(net)) {|ADT0108:l.Merge()|};")]
    [InlineData("Span<Linear> s = net.LinearLayers.ToArray(); foreach (ref Linear l in s) {|ADT0108:l.Merge()|};")]
    [InlineData("Linear[] a = net.LinearLayers.ToArray(); {|ADT0108:a[^1].Merge()|}; foreach (var l in a[1..]) {|ADT0108:l.Merge()|};")]
    [InlineData("Array.ForEach(net.LinearLayers.ToArray(), l => {|ADT0108:l.Merge()|});")]
    [InlineData("foreach (Linear l in net.LinearLayers.ToImmutableArray()) {|ADT0108:l.Merge()|};")]
    [InlineData("Linear[] all = new Linear[2]; all[0] = net.Block.Layer; all[1] = net.Block.Layer; foreach (var l in all) {|ADT0108:l.Merge()|};")]
    [InlineData("foreach (var g in net.LinearLayers.GroupBy(l => l.OutFeatures)) foreach (var l in g) {|ADT0108:l.Merge()|};")]
    [InlineData("_ = net.LinearLayers.Aggregate(0f, (e, l) => e + {|ADT0108:l.Merge()|});")]
    [InlineData("_ = net.LinearLayers.All(l => {|ADT0108:l.Merge()|} > 0);")]
    [InlineData("Task.WhenAll(net.LinearLayers.Select(l => Task.Run(() => {|ADT0108:l.Merge()|}))).Wait();")]
    [InlineData("foreach (Linear[] chunk in net.LinearLayers.Chunk(4)) foreach (Linear l in chunk) {|ADT0108:l.Merge()|};")]
    [InlineData("{|ADT0108:net.LinearLayers.ElementAt(0).Merge()|}; net.LinearLayers.LastOrDefault()?{|ADT0108:.Merge()|};")]
    [InlineData("foreach (Linear l in net.LinearLayers.Cast<Linear>()) {|ADT0108:l.Merge()|};")]
    [InlineData("foreach (Small l in net.LinearLayers.OfType<Small>()) {|ADT0108:l.Merge()|};")]
    [InlineData("var list = new List<Linear>(net.LinearLayers); list.ForEach(l => {|ADT0108:l.Merge()|});")]
    [InlineData("var list = new List<Linear>(); list.AddRange(net.LinearLayers); list.ForEach(l => {|ADT0108:l.Merge()|});")]
    [InlineData("var list = new List<Linear>(); foreach (var l in net.LinearLayers) list.Add(l); list.ForEach(l => {|ADT0108:l.Merge()|});")]
    [InlineData("""
        var list = new List<Linear>(); foreach (var l in net.LinearLayers) if (l.OutFeatures > 8) list.Add(l);
        foreach (var l in list) {|ADT0108:l.Merge()|};
        """)]
    [InlineData("var bag = new ConcurrentBag<Linear>(net.LinearLayers); Parallel.ForEach(bag, l => {|ADT0108:l.Merge()|});")]
    [InlineData("net.LinearLayers.AsParallel().ForAll(l => {|ADT0108:l.Merge()|});")]
    [InlineData("IReadOnlyList<Linear> r = net.LinearLayers.ToList(); {|ADT0108:r[0].Merge()|};")]
    [InlineData("ReadOnlySpan<Linear> r = net.LinearLayers.ToArray(); {|ADT0108:r[0].Merge()|};")]
    [InlineData("(Linear First, Linear Last) pair = (net.LinearLayers.First(), net.LinearLayers.Last()); {|ADT0108:pair.First.Merge()|};")]
    [InlineData("Action<Linear> merge = x => {|ADT0108:x.Merge()|}; foreach (var l in net.LinearLayers) merge(l);")]
    [InlineData("void MergeIt(Linear l) { {|ADT0108:l.Merge()|}; } foreach (var l in net.LinearLayers) MergeIt(l);")]
    [InlineData("foreach (var l in net.LinearLayers.Zip(net.LinearLayers, (a, b) => a)) {|ADT0108:l.Merge()|};")]
    [InlineData("var all = net.LinearLayers.ToList(); if (all is [var x, ..]) {|ADT0108:x.Merge()|};")]
    [InlineData("foreach (var m in models) foreach (var l in m.LinearLayers) {|ADT0108:l.Merge()|};")]
    [InlineData("Parallel.For(0, 4, i => {|ADT0108:net.LinearLayers.ElementAt(i).Merge()|});")]
    [InlineData("var it = net.LinearLayers.ToList().AsReadOnly(); for (int i = it.Count - 1; i >= 0; i--) {|ADT0108:it[i].Merge()|};")]
    [InlineData("foreach (var l in net.LinearLayers.SkipWhile(l => l.OutFeatures < 8).Take(3).Reverse()) {|ADT0108:l.Merge()|};")]
    [InlineData("foreach (var l in net.LinearLayers) if (l is Small h) {|ADT0108:h.Merge()|};")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("foreach (var l in dense.Adapter.Layers) l.Merge();")]
    [InlineData("var q = new Queue<Linear>(dense.LinearLayers); while (q.Count > 0) q.Dequeue().Merge();")]
    [InlineData("var q = new Stack<Linear>(dense.LinearLayers); while (q.TryPop(out var l)) l.Merge();")]
    [InlineData("var d = dense.LinearLayers.ToDictionary(l => l.ToString()!); foreach (var (k, l) in d) l.Merge();")]
    [InlineData("""var d = new Dictionary<string, Linear>(); foreach (var l in dense.LinearLayers) d[l.ToString()!] = l; d["a"].Merge();""")]
    [InlineData("foreach (var (l, i) in dense.LinearLayers.Select((l, i) => (l, i))) l.Merge();")]
    [InlineData("foreach (var t in dense.LinearLayers.Select(l => new { Layer = l })) t.Layer.Merge();")]
    [InlineData("foreach (var l in from l in dense.LinearLayers where l.OutFeatures > 4 select l) l.Merge();")]
    [InlineData("foreach (var l in dense.LinearLayers.Select(l => l)) l.Merge();")]
    [InlineData("foreach (var l in new[] { dense }.SelectMany(m => m.LinearLayers)) l.Merge();")]
    [InlineData("foreach (var l in net.LinearLayers.Concat(dense.LinearLayers)) l.Merge();")]
    [InlineData("var e = dense.LinearLayers.GetEnumerator(); while (e.MoveNext()) e.Current.Merge();")]
    [InlineData("foreach (var l in Each(dense)) l.Merge();")]
    [InlineData("foreach (var l in Wide(dense)) l.Merge();")]
    [InlineData("Span<Linear> s = dense.LinearLayers.ToArray(); foreach (ref Linear l in s) l.Merge();")]
    [InlineData("Linear[] a = dense.LinearLayers.ToArray(); a[^1].Merge(); foreach (var l in a[1..]) l.Merge();")]
    [InlineData("Array.ForEach(dense.LinearLayers.ToArray(), l => l.Merge());")]
    [InlineData("Linear[] all = new Linear[1]; all[0] = dense.Block.Layer; foreach (var l in all) l.Merge();")]
    [InlineData("foreach (var g in dense.LinearLayers.GroupBy(l => l.OutFeatures)) foreach (var l in g) l.Merge();")]
    [InlineData("_ = dense.LinearLayers.Aggregate(0f, (e, l) => e + l.Merge());")]
    [InlineData("Task.WhenAll(dense.LinearLayers.Select(l => Task.Run(() => l.Merge()))).Wait();")]
    [InlineData("foreach (Linear[] chunk in dense.LinearLayers.Chunk(4)) foreach (Linear l in chunk) l.Merge();")]
    [InlineData("dense.LinearLayers.ElementAt(0).Merge(); dense.LinearLayers.LastOrDefault()?.Merge();")]
    [InlineData("foreach (Half l in net.LinearLayers.OfType<Half>()) l.Merge();")]
    [InlineData("var list = new List<Linear>(dense.LinearLayers); list.ForEach(l => l.Merge());")]
    [InlineData("var list = new List<Linear>(); list.AddRange(dense.LinearLayers); list.ForEach(l => l.Merge());")]
    [InlineData("var list = new List<Linear>(); foreach (var l in dense.LinearLayers) list.Add(l); list.ForEach(l => l.Merge());")]
    [InlineData("dense.LinearLayers.AsParallel().ForAll(l => l.Merge());")]
    [InlineData("(Linear First, Linear Last) pair = (dense.LinearLayers.First(), dense.LinearLayers.Last()); pair.First.Merge();")]
    [InlineData("void MergeIt(Linear l) { l.Merge(); } foreach (var l in dense.LinearLayers) MergeIt(l);")]
    [InlineData("var all = dense.LinearLayers.ToList(); if (all is [var x, ..]) x.Merge();")]
    [InlineData("foreach (var l in net.LinearLayers) if (l is Half h) h.Merge();")]
    [InlineData("foreach (var l in net.LinearLayers) { if (flag) l.MergeTo(16); else l.MergeTo(32); }")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    private static string Program(string statements) => $$"""
        {{QuantizedSource.Model}}
        public class Own { public void Merge(Linear l) { } }
        public class Keeper
        {
            private readonly List<Linear> _layers;
            public Keeper(Model m) => _layers = m.LinearLayers.ToList();
            public void Merge() { foreach (Linear l in _layers) {|ADT0108:l.Merge()|}; }
        }
        public class DenseKeeper
        {
            private readonly List<Linear> _layers = [.. Model.Load("a", null, WeightStorage.Dense).LinearLayers];
            public void Merge() { foreach (Linear l in _layers) l.Merge(); }
        }
        public class SmallKeeper
        {
            private readonly Linear[] _layers = [.. Model.Load("a").LinearLayers];
            private Dictionary<string, Linear> Named { get; } = Model.Load("a").LinearLayers.ToDictionary(l => l.ToString()!);
            public void Merge() { foreach (Linear l in _layers) {|ADT0108:l.Merge()|}; }
            public void MergeNamed() => {|ADT0108:Named["q"].Merge()|};
            public void MergeEach() { foreach (var (k, l) in Named) {|ADT0108:l.Merge()|}; }
        }
        public class User
        {
            private static IEnumerable<Linear> Each(Model m) { foreach (Linear l in m.LinearLayers) yield return l; }
            private static IEnumerable<Linear> Wide(Model m) => m.LinearLayers.Where(l => l.OutFeatures > 8);
            public static void Run(Own own, bool flag, int n, List<Model> models)
            {
                var net = Model.Load("a");
                var dense = Model.Load("a", null, WeightStorage.Dense);
                {{statements}}
            }
        }
        """;
}
