using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeOnceAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0107: merges by services behind interfaces, decorated, chosen, made and kept in other ways.</summary>
public sealed class MergeServiceTests
{
    [Theory]
    [InlineData("""_named["a"].Export(net); {|ADT0107:_named["b"].Export(net)|};""")]
    [InlineData("_all.ForEach(e => {|ADT0107:e.Export(net)|});")]
    [InlineData("foreach (IExporter e in _all) {|ADT0107:e.Export(net)|};")]
    [InlineData("foreach (IExporter e in _all.Where(e => e is not Disk)) {|ADT0107:e.Export(net)|};")]
    [InlineData("foreach (var pair in _named) {|ADT0107:pair.Value.Export(net)|};")]
    [InlineData("foreach (var (_, e) in _named) {|ADT0107:e.Export(net)|};")]
    [InlineData("for (int i = 0; i < _all.Count; i++) {|ADT0107:_all[i].Export(net)|};")]
    [InlineData("_all[0].Export(net); {|ADT0107:_all[1].Export(net)|};")]
    [InlineData("new Decorated(new Disk()).Export(net); {|ADT0107:net.Merge()|};")]
    [InlineData("new Decorated(_first).Export(net); {|ADT0107:net.Merge()|};")]
    [InlineData("IExporter s = new Struct(); s.Export(net); {|ADT0107:net.Merge()|};")]
    [InlineData("RunOne(_first, net); {|ADT0107:RunOne(_second, net)|};")]
    [InlineData("RunOne(new Struct(), net); {|ADT0107:RunOne(new Disk(), net)|};")]
    [InlineData("RunStatic<StaticMerge>(net); {|ADT0107:RunStatic<StaticMerge>(net)|};")]
    [InlineData("has.Net.Merge(); {|ADT0107:has.Net.Merge()|};")]
    [InlineData("marked.Net.Merge(); _ = {|ADT0107:marked.Error|};")]
    [InlineData("_ = has.Error; {|ADT0107:has.Net.Merge()|};")]
    [InlineData("Service a = new A(net), b = new B(net); a.Finish(); {|ADT0107:b.Finish()|};")]
    [InlineData("foreach (Service s in new Service[] { new A(net), new B(net) }) {|ADT0107:s.Finish()|};")]
    [InlineData("new List<Service> { new A(net), new B(net) }.ForEach(s => {|ADT0107:s.Finish()|});")]
    [InlineData("IExporter e = factory.Create(); e.Export(net); {|ADT0107:net.Merge()|};")]
    [InlineData("await _first.ExportAsync(net); await {|ADT0107:_second.ExportAsync(net)|};")]
    [InlineData("await Task.WhenAll(_all.Select(e => {|ADT0107:e.ExportAsync(net)|}));")]
    [InlineData("((IExporter)provider.GetService(typeof(Disk))!).Export(net); {|ADT0107:((IExporter)provider.GetService(typeof(Hub))!).Export(net)|};")]
    [InlineData("IExporter e = flag ? new Disk() : new Hub(); e.Export(net); {|ADT0107:net.Merge()|};")]
    [InlineData("Action<Model> a = _first.Export; a(net); {|ADT0107:_second.Export(net)|};")]
    [InlineData("Action<Model> a = _first.Export, b = _second.Export; a += b; {|ADT0107:a(net)|};")]
    [InlineData("""Create("a").Export(net); {|ADT0107:Create("b").Export(net)|};""")]
    [InlineData("""Find("a")?.Export(net); {|ADT0107:net.Merge()|};""")]
    [InlineData("Current = _first; Current.Export(net); Current = _second; {|ADT0107:Current.Export(net)|};")]
    [InlineData("node.Accept(visitor); {|ADT0107:node.Accept(visitor)|};")]
    [InlineData("new Leaf(net).Accept(new MergeVisitor()); {|ADT0107:net.Merge()|};")]
    [InlineData("switch (_first) { case Disk d: d.Export(net); break; default: _first.Export(net); break; } {|ADT0107:net.Merge()|};")]
    [InlineData("var (x, y) = (_first, _second); x.Export(net); {|ADT0107:y.Export(net)|};")]
    [InlineData("(_first ?? _second).Export(net); {|ADT0107:net.Merge()|};")]
    [InlineData("var pair = new { E = (IExporter)new Disk(), M = net }; pair.E.Export(pair.M); {|ADT0107:net.Merge()|};")]
    [InlineData("var pair = (E: (IExporter)new Disk(), M: net); pair.E.Export(pair.M); {|ADT0107:net.Merge()|};")]
    [InlineData("Func<IExporter> make = () => new Disk(); make().Export(net); {|ADT0107:make().Export(net)|};")]
    [InlineData("Lazy<IExporter> lazy = new(() => new Disk()); lazy.Value.Export(net); {|ADT0107:lazy.Value.Export(net)|};")]
    [InlineData("Task<IExporter> t = Task.FromResult<IExporter>(new Hub()); (await t).Export(net); {|ADT0107:net.Merge()|};")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("""_named["a"].Export(net); _named["b"].Export(second);""")]
    [InlineData("""_all.ForEach(e => e.Export(Model.Load("a")));""")]
    [InlineData("""foreach (IExporter e in _named.Values) { Model m = Model.Load("a"); e.Export(m); }""")]
    [InlineData("_all[0].Export(net); _all[1].Export(second);")]
    [InlineData("new Decorated(_first).Export(second); net.Merge();")]
    [InlineData("new Decorated(_second).Export(second); net.Merge();")]
    [InlineData("RunOne(_first, net); RunOne(_second, second);")]
    [InlineData("RunStatic<StaticMerge>(net); RunStatic<StaticMerge>(second);")]
    [InlineData("has.Net.Merge(); marked.Net.Merge();")]
    [InlineData("_ = has.Error; marked.Net.Merge();")]
    [InlineData("Service a = new A(net), b = new B(second); a.Finish(); b.Finish();")]
    [InlineData("foreach (Service s in new Service[] { new A(net), new B(second) }) s.Finish();")]
    [InlineData("IExporter e = factory.Create(); e.Export(net); second.Merge();")]
    [InlineData("await _first.ExportAsync(net); await _second.ExportAsync(second);")]
    [InlineData("((IExporter)provider.GetService(typeof(Disk))!).Export(net); ((IExporter)provider.GetService(typeof(Hub))!).Export(second);")]
    [InlineData("IExporter e = flag ? new Disk() : new Hub(); e.Export(net); second.Merge();")]
    [InlineData("Action<Model> a = _first.Export; a(net); _second.Export(second);")]
    [InlineData("""Create("a").Export(net); Create("b").Export(second);""")]
    [InlineData("""Find("a")?.Export(net); second.Merge();""")]
    [InlineData("Current = _first; Current.Export(net); Current = _second; Current.Export(second);")]
    [InlineData("_other.Go(net); _other.Go(net); net.Merge();")]
    [InlineData("net.Merge(); _other.Go(net);")]
    [InlineData("new Leaf(second).Accept(new MergeVisitor()); net.Merge();")]
    [InlineData("if (_first is Disk d) d.Export(net); else _first.Export(net);")]
    [InlineData("if (_first is Disk d) d.Export(net); else net.Merge();")]
    [InlineData("(_first ?? _second).Export(net); second.Merge();")]
    [InlineData("var pair = (E: (IExporter)new Disk(), M: second); pair.E.Export(pair.M); net.Merge();")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("m.Merge();", "{|ADT0107:U.Finish(m)|}")]
    [InlineData("m.Save(\"a\");", "U.Finish(m)")]
    public Task FollowsTypeParameters(string second, string call) => Rule.Check($$"""
        {{MergeSource.Models}}
        public interface IStatic { static abstract void Finish(Model m); }
        public class First : IStatic { public static void Finish(Model m) => m.Merge(); }
        public class Second : IStatic { public static void Finish(Model m) { {{second}} } }
        public static class App
        {
            public static void Run<T, U>(Model m) where T : IStatic where U : IStatic { T.Finish(m); {{call}}; }
            public static void Start(Model m) => Run<First, Second>(m);
        }
        """);

    private static string Program(string statements) => $$"""
        {{MergeSource.Models}}
        public interface IExporter { void Export(Model m); Task ExportAsync(Model m) { Export(m); return Task.CompletedTask; } }
        public class Disk : IExporter { public void Export(Model m) { m.MergeTo(16); m.Save("a"); } }
        public class Hub : IExporter { void IExporter.Export(Model m) { m.MergeTo(16); m.Save("b"); } }
        public class Decorated(IExporter inner) : IExporter { public void Export(Model m) { m.Save("x"); inner.Export(m); } }
        public struct Struct : IExporter { public void Export(Model m) => m.Merge(); }
        public interface IStatic { static abstract void Finish(Model m); }
        public class StaticMerge : IStatic { public static void Finish(Model m) => m.Merge(); }
        public interface IHas { Model Net { get; } float Error { get; } }
        public class Has(Model m) : IHas { public Model Net => m; public float Error => m.Merge(); }
        public interface IMarked : IHas { void Mark(); }
        public class Marked(Model m) : Has(m), IMarked { public void Mark() { } }
        public abstract class Service { protected readonly Model _m; protected Service(Model m) => _m = m; public abstract void Finish(); }
        public class A(Model m) : Service(m) { public override void Finish() => _m.MergeTo(16); }
        public class B : Service { public B(Model m) : base(m) { } public override void Finish() { _m.MergeTo(32); } }
        public interface IFactory { IExporter Create(); }
        public class Factory : IFactory { public IExporter Create() => new Disk(); }
        public interface IOther { void Go(Model m); }
        public class Saves : IOther { public void Go(Model m) => m.Save("c"); }
        public interface INode { void Accept(IVisitor v); }
        public interface IVisitor { void Visit(Leaf leaf); }
        public class Leaf(Model m) : INode { public Model M => m; public void Accept(IVisitor v) => v.Visit(this); }
        public class MergeVisitor : IVisitor { public void Visit(Leaf leaf) => leaf.M.Merge(); }
        public class App
        {
            private readonly IExporter _first;
            private readonly IExporter _second;
            private readonly Dictionary<string, IExporter> _named;
            private readonly List<IExporter> _all;
            private readonly IOther _other;
            private IExporter Current { get; set; } = null!;
            public App(IExporter first, IExporter second, Dictionary<string, IExporter> named, List<IExporter> all, IOther other)
            {
                _first = first;
                _second = second;
                _named = named;
                _all = all;
                _other = other;
            }
            private static void Both<T, U>(T a, U b, Model m) where T : IExporter where U : IExporter { a.Export(m); }
            private static void RunOne<T>(T a, Model m) where T : IExporter => a.Export(m);
            private static void RunStatic<T>(Model m) where T : IStatic => T.Finish(m);
            private static IExporter Create(string s) => s == "a" ? new Disk() : new Hub();
            private static IExporter? Find(string s) { switch (s) { case "a": return new Disk(); case "b": return new Hub(); default: return null; } }
            public async Task Run(Model net, Model second, bool flag, string name,
                IHas has, IMarked marked, IFactory factory, IServiceProvider provider, INode node, IVisitor visitor)
            {
                await Task.Yield();
                {{statements}}
            }
        }
        """;
}
