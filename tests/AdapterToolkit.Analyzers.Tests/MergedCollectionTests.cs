using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeOnceAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0107: models and layers in collections.</summary>
public sealed class MergedCollectionTests
{
    [Theory]
    [InlineData("net.LinearLayers.ToList().ForEach(l => l.Merge()); {|ADT0107:net.Merge()|};")]
    [InlineData("foreach (Linear l in net.LinearLayers.ToArray()) l.Merge(true); foreach (Linear l in net.LinearLayers) {|ADT0107:l.Merge()|};")]
    [InlineData("foreach (Linear l in net.LinearLayers.Where(l => l.OutFeatures > 8)) l.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("Parallel.ForEach(net.LinearLayers, l => l.Merge()); {|ADT0107:net.Merge()|};")]
    [InlineData("Parallel.ForEach(models, _ => {|ADT0107:net.Merge()|});")]
    [InlineData("Parallel.For(0, 4, i => {|ADT0107:net.Merge()|});")]
    [InlineData("Model[] both = [net, second]; foreach (Model m in both) m.Merge(); {|ADT0107:second.Merge()|};")]
    [InlineData("Model[] both = [net, net]; foreach (Model m in both) {|ADT0107:m.Merge()|};")]
    [InlineData("var both = new List<Model> { net, second }; both.ForEach(m => m.Merge()); {|ADT0107:net.Merge()|};")]
    [InlineData("var both = new List<Model>(); both.Add(net); both.Add(second); foreach (Model m in both) m.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("Model[] both = [net, second]; both[0].Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("""var named = new Dictionary<string, Model>(); named["a"] = net; named["a"].Merge(); {|ADT0107:net.Merge()|};""")]
    [InlineData("foreach (var pair in cache) { pair.Value.Merge(); {|ADT0107:pair.Value.Merge()|}; }")]
    [InlineData("foreach (Model m in cache.Values) m.Merge(); foreach (Model m in cache.Values) {|ADT0107:m.Merge()|};")]
    [InlineData("foreach (Projection l in new[] { net.Layer, net.Other }) l.Merge(); {|ADT0107:net.Layer.Merge()|};")]
    [InlineData("models.ForEach(MergeOne); models.ForEach(m => {|ADT0107:m.Merge()|});")]
    [InlineData("models.ForEach(_ => {|ADT0107:MergeOne(net)|});")]
    [InlineData("_ = models.Select(m => m.Merge()).Sum(); foreach (Model m in models) {|ADT0107:m.Merge()|};")]
    [InlineData("""var named = new Dictionary<string, Model> { ["a"] = net }; foreach (Model m in named.Values) m.Merge(); {|ADT0107:net.Merge()|};""")]
    [InlineData("""var named = new Dictionary<string, Model>(); named.Add("a", net); foreach (var p in named) p.Value.Merge(); {|ADT0107:net.Merge()|};""")]
    [InlineData("var sized = net.LinearLayers.ToDictionary(l => l.OutFeatures); foreach (Linear l in sized.Values) l.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("Parallel.Invoke(() => net.Merge(), () => {|ADT0107:net.Merge()|});")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("""net.LinearLayers.ToList().ForEach(l => l.Merge()); net.Save("a");""")]
    [InlineData("net.LinearLayers.ToList().ForEach(l => l.Merge()); second.Merge();")]
    [InlineData("foreach (Linear l in net.LinearLayers.Take(2)) l.Merge(); foreach (Linear l in net.LinearLayers.Skip(2)) l.Merge();")]
    [InlineData("Parallel.ForEach(models, m => m.Merge());")]
    [InlineData("Parallel.For(0, models.Count, i => models[i].Merge());")]
    [InlineData("Model[] both = [net, second]; foreach (Model m in both) m.Merge();")]
    [InlineData("Model[] both = [net, second]; foreach (Model m in both) { m.Merge(true); m.Unmerge(); } net.Merge();")]
    [InlineData("var both = new List<Model> { net }; both.Clear(); both.Add(second); both.ForEach(m => m.Merge()); net.Merge();")]
    [InlineData("Model[] both = [net, second]; both[1].Merge(); net.Merge();")]
    [InlineData("""var named = new Dictionary<string, Model>(); named["a"] = net; named["b"] = second; named["a"].Merge(); named["b"].Merge();""")]
    [InlineData("foreach (var pair in cache) pair.Value.Merge();")]
    [InlineData("""foreach (Model m in cache.Values) m.Merge(); foreach (Model m in cache.Values) m.Save("a");""")]
    [InlineData("""
        foreach (Linear l in net.LinearLayers) l.Merge(true);
        foreach (Linear l in net.LinearLayers) l.Unmerge();
        foreach (Linear l in net.LinearLayers) l.Merge();
        """)]
    [InlineData("models.ForEach(m => m.Merge(true)); models.ForEach(m => m.Unmerge()); models.ForEach(m => m.Merge());")]
    [InlineData("foreach (Projection l in new[] { net.Layer }) l.Merge(); net.Other.Merge();")]
    [InlineData("models.ForEach(MergeOne);")]
    [InlineData("""new[] { "a", "b" }.ToList().ForEach(p => { using var m = Model.Load(p); m.Merge(); });""")]
    [InlineData("bool done = false; models.ForEach(_ => { if (!done) { net.Merge(); done = true; } });")]
    [InlineData("foreach (string key in cache.Keys) { if (cache.TryGetValue(key, out Model? m)) m.Merge(); }")]
    [InlineData("""var named = new Dictionary<string, Model> { ["a"] = second }; foreach (Model m in named.Values) m.Merge(); net.Merge();""")]
    [InlineData("""var named = new Dictionary<string, Model>(); named.Add("a", second); foreach (var p in named) p.Value.Merge(); net.Merge();""")]
    [InlineData("var sized = net.LinearLayers.ToDictionary(l => l.OutFeatures); foreach (Linear l in sized.Values) l.Merge(); second.Merge();")]
    [InlineData("var sized = net.LinearLayers.ToDictionary(l => l.OutFeatures); sized[8].Merge(); net.LinearLayers.ToList()[8].Merge();")]
    [InlineData("Parallel.Invoke(() => net.Merge(), () => second.Merge());")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    private static string Program(string statements) => $$"""
        {{MergeSource.Models}}
        public class User
        {
            private static void MergeOne(Model m) => m.Merge();
            public void Run(Model net, Model second, List<Model> models, Dictionary<string, Model> cache)
            {
                {{statements}}
            }
        }
        """;
}
