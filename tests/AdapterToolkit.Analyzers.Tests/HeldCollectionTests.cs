using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeIntoQuantizedAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0108: layers that are reached through collections and functions, interfaces and records.</summary>
public sealed class HeldCollectionTests
{
    [Theory]
    [InlineData("net.Adapter.Layers.ToList().ForEach(l => {|ADT0108:l.Merge()|});")]
    [InlineData("net.LinearLayers.ToArray().AsEnumerable().ToList().ForEach(l => {|ADT0108:l.Merge(true)|});")]
    [InlineData("System.Threading.Tasks.Parallel.ForEach(net.LinearLayers, l => {|ADT0108:l.Merge()|});")]
    [InlineData("_ = net.LinearLayers.Select(l => {|ADT0108:l.Merge()|}).Sum();")]
    [InlineData("_ = net.LinearLayers.Max(l => {|ADT0108:l.Merge()|});")]
    [InlineData("var all = net.LinearLayers.ToList(); for (int i = 0; i < all.Count; i++) {|ADT0108:all[i].Merge()|};")]
    [InlineData("Linear[] all = [.. net.LinearLayers]; {|ADT0108:all[0].Merge()|};")]
    [InlineData("{|ADT0108:net.LinearLayers.First().Merge()|};")]
    [InlineData("foreach (Linear l in net.LinearLayers.Where(l => l.OutFeatures > 8)) {|ADT0108:l.Merge()|};")]
    [InlineData("foreach (Linear l in net.LinearLayers.OrderBy(l => l.OutFeatures)) {|ADT0108:l.Merge()|};")]
    [InlineData("var named = net.LinearLayers.ToDictionary(l => l.OutFeatures); foreach (Linear l in named.Values) {|ADT0108:l.Merge()|};")]
    [InlineData("var named = net.LinearLayers.ToDictionary(l => l.OutFeatures); {|ADT0108:named[64].Merge()|};")]
    [InlineData("net.LinearLayers.ToList().ForEach(MergeOne);", "private static void MergeOne(Linear l) => {|ADT0108:l.Merge()|};")]
    [InlineData("foreach (Linear l in net.LinearLayers) MergeOne(l);", "private static void MergeOne(Linear l) => {|ADT0108:l.Merge()|};")]
    public Task Fires(string statements, string member = "") => Rule.Check(Program(statements, member));

    [Theory]
    [InlineData("net.Adapter.Layers.ToList().ForEach(l => l.MergeTo(16));")]
    [InlineData("dense.Adapter.Layers.ToList().ForEach(l => l.Merge());")]
    [InlineData("System.Threading.Tasks.Parallel.ForEach(dense.LinearLayers, l => l.Merge());")]
    [InlineData("_ = dense.LinearLayers.Select(l => l.Merge()).Sum();")]
    [InlineData("var all = dense.LinearLayers.ToList(); for (int i = 0; i < all.Count; i++) all[i].Merge();")]
    [InlineData("Linear[] all = [.. dense.LinearLayers]; all[0].Merge();")]
    [InlineData("dense.LinearLayers.First().Merge();")]
    [InlineData("foreach (Linear l in mixed.LinearLayers.Where(l => l.OutFeatures > 8)) l.Merge();")]
    [InlineData("foreach (Linear l in net.LinearLayers.OfType<Half>()) l.Merge();")]
    [InlineData("net.LinearLayers.ToList().ForEach(l => { if (l.Weight.Format.Bits >= 16) l.Merge(); });")]
    [InlineData("dense.LinearLayers.ToList().ForEach(MergeOne);", "private static void MergeOne(Linear l) => l.Merge();")]
    [InlineData("net.LinearLayers.ToList().ForEach(l => own.Merge(l));")]
    public Task IsSilent(string statements, string member = "") => Rule.Check(Program(statements, member));

    [Theory]
    [InlineData("""
        public interface IFinisher { void Finish(LanguageModel m); }
        public class Merging : IFinisher { public void Finish(LanguageModel m) => {|ADT0108:m.Merge()|}; }
        public class App { public static void Run(IFinisher f) { f.Finish(Model.Load("a")); } }
        """)]
    [InlineData("""
        public interface IFinisher { void Finish(LanguageModel m); }
        public class Merging : IFinisher { public void Finish(LanguageModel m) => m.Merge(); }
        public class App { public static void Run(IFinisher f) { f.Finish(Model.Load("a", null, WeightStorage.Dense)); } }
        """)]
    [InlineData("""
        public abstract class Job { public abstract void Finish(LanguageModel m); }
        public class Merging : Job { public override void Finish(LanguageModel m) => {|ADT0108:m.Merge()|}; }
        public class App { public static void Run(Job job) { job.Finish(Model.Load("a")); } }
        """)]
    [InlineData("""
        public record Holder(LanguageModel Net) { public void Finish() => {|ADT0108:Net.Merge()|}; }
        public class App { public static void Run() { new Holder(Model.Load("a")).Finish(); } }
        """)]
    [InlineData("""
        public record Holder(LanguageModel Net) { public void Finish() => Net.Merge(); }
        public class App { public static void Run() { new Holder(Loader.Open("a")).Finish(); } }
        """)]
    [InlineData("""
        public class App
        {
            public event Action? Finished;
            public void Run(Model net) { Finished += () => {|ADT0108:net.Merge()|}; Finished += () => net.MergeTo(16); Finished?.Invoke(); }
        }
        """)]
    public Task FollowsClasses(string classes) => Rule.Check(QuantizedSource.Model + classes);

    private static string Program(string statements, string member) => $$"""
        {{QuantizedSource.Model}}
        [AdapterModel]
        public sealed partial class Mixed() : LanguageModel(null!)
        {
            public Small First { get; } = new();
            public Half Second { get; } = new();
            public override LanguageModelHead Head => null!;
            public override Tensor Forward(TokenIds tokens, SequenceContext context) => null!;
            {{RuleTest<AdapterToolkit.Analyzers.Rules.MergeIntoQuantizedAnalyzer>.EmittedHalf}}
        }
        public class Own { public void Merge(Linear l) { } }
        public class User
        {
            {{member}}
            public static void Run(Mixed mixed, Own own)
            {
                var net = Model.Load("a");
                var dense = Model.Load("a", null, WeightStorage.Dense);
                {{statements}}
            }
        }
        """;
}
