using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeOnceAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0107: the same model by several ways: properties, records, operators, extension members, scopes, and what methods give.</summary>
public sealed class MergeAliasTests
{
    [Theory]
    [InlineData("Net.Merge(); {|ADT0107:_net.Merge()|};")]
    [InlineData("Net.Merge(); {|ADT0107:Get().Merge()|};")]
    [InlineData("var holder = new Holder(net); holder.Net.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("var box = new Box { Net = net }; box.Net.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("var a = new Box { Net = net }; var b = a; a.Net.Merge(); {|ADT0107:b.Net.Merge()|};")]
    [InlineData("var a = new Box(); a.Net = net; var b = new Box(); b.Net = net; a.Net.Merge(); {|ADT0107:b.Net.Merge()|};")]
    [InlineData("Find(net, out Model found); found.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("_ = +new Merged(net); {|ADT0107:net.Merge()|};")]
    [InlineData("_ = new Merged(net) + 1; {|ADT0107:net.Merge()|};")]
    [InlineData("_ = (float)new Merged(net); {|ADT0107:net.Merge()|};")]
    [InlineData("net.Finish(); {|ADT0107:net.Merge()|};")]
    [InlineData("Same(net).Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("Chain(net); {|ADT0107:net.Merge()|};")]
    [InlineData("Count = 3; {|ADT0107:_net.Merge()|};")]
    [InlineData("var scope = new MergedScope(net); {|ADT0107:net.Merge()|}; scope.Dispose();")]
    [InlineData("Model chosen = flag ? net : second; chosen.Merge(); {|ADT0107:chosen.Merge()|};")]
    [InlineData("s_shared.Merge(); {|ADT0107:User.s_shared.Merge()|};")]
    [InlineData("var (a, b) = (net, net); a.Merge(); {|ADT0107:b.Merge()|};")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("Net.Merge(); second.Merge();")]
    [InlineData("var holder = new Holder(net); holder.Net.Merge(); second.Merge();")]
    [InlineData("var holder = new Holder(net); holder.Net.Merge(); holder = new Holder(second); holder.Net.Merge();")]
    [InlineData("var box = new Box { Net = net }; box.Net = second; box.Net.Merge(); net.Merge();")]
    [InlineData("var a = new Box { Net = net }; var b = new Box { Net = second }; a.Net.Merge(); b.Net.Merge();")]
    [InlineData("Find(net, out Model found); Find(second, out found); found.Merge(); net.Merge();")]
    [InlineData("Fresh.Merge(); Fresh.Merge();")]
    [InlineData("New().Merge(); New().Merge();")]
    [InlineData("Model a = New(), b = New(); a.Merge(); b.Merge();")]
    [InlineData("""Cached("a").Merge(); Cached("b").Merge();""")]
    [InlineData("""Model a = Cached("a"), b = Cached("b"); a.Merge(); b.Merge();""")]
    [InlineData("_ = +new Merged(net); second.Merge();")]
    [InlineData("using (new MergedScope(net)) { net.Logits(tokens); } net.Merge();")]
    [InlineData("using (var scope = new MergedScope(net)) { net.Logits(tokens); } using (var scope = new MergedScope(net)) { net.Logits(tokens); }")]
    [InlineData("""if (flag) { using var scope = new MergedScope(net); net.Save("a"); } net.Merge();""")]
    [InlineData("net.Merge(true); try { net.Logits(tokens); } finally { net.Unmerge(); } net.Merge();")]
    [InlineData("Same(net).Merge(); Same(second).Merge();")]
    [InlineData("Model chosen = flag ? net : second; chosen.Merge(); chosen = flag ? second : net; chosen.Merge();")]
    [InlineData("Model? last = null; foreach (Model m in models) { last?.Merge(); last = m; }")]
    [InlineData("s_shared.Merge(); _net.Merge();")]
    [InlineData("new Merger().Merge(); new Merger().Merge(); var own = new Merger(); own.Merge(); own.Merge(); own.MergeTo(16);")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    private static string Program(string statements) => $$"""
        {{MergeSource.Models}}
        public record Holder(Model Net);
        public class Box { public Model Net { get; set; } = new(); }
        public class Merger { public void Merge() { } public void MergeTo(int bits) { } }
        public readonly record struct Merged(Model Net)
        {
            public static float operator +(Merged m) => m.Net.Merge();
            public static float operator +(Merged m, int bits) => m.Net.Merge();
            public static explicit operator float(Merged m) => m.Net.Merge();
        }
        public sealed class MergedScope : IDisposable
        {
            private readonly Model _net;
            public MergedScope(Model net) { _net = net; _net.Merge(reversible: true); }
            public void Dispose() => _net.Unmerge();
        }
        public static class Extensions
        {
            extension(Model model)
            {
                public void Finish() => model.MergeTo(16);
            }
        }
        public class User
        {
            private static readonly Model s_shared = new();
            private readonly Model _net = new();
            private readonly Dictionary<string, Model> _cache = [];
            private Model Net => _net;
            private Model Fresh => new();
            private int Count { get => 0; set => _net.MergeTo(16); }
            private Model Get() { return Net; }
            private static Model New() => new();
            private Model Cached(string name) => _cache[name];
            private static T Same<T>(T m) where T : LanguageModel => m;
            private static void Find(Model given, out Model found) => found = given;
            private static void Chain(LanguageModel m) => Second(m);
            private static void Second(LanguageModel m) => Third(m);
            private static void Third(LanguageModel m) => m.Merge();
            public void Run(Model net, Model second, List<Model> models, TokenIds tokens, bool flag)
            {
                {{statements}}
            }
        }
        """;
}
