using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeOnceAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0107: loops in which each turn takes another model or layer, and those in which it takes the same.</summary>
public sealed class MergedTurnTests
{
    [Theory]
    [InlineData("while (queue.TryDequeue(out Linear? next)) { next.MergeTo(16); {|ADT0107:next.MergeTo(16)|}; }")]
    [InlineData("var q = new Queue<Linear>(net.LinearLayers); while (q.TryDequeue(out Linear? next)) next.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("while (Same(out Linear next)) {|ADT0107:next.Merge()|};")]
    [InlineData("""while (flag) if (named.TryGetValue("a", out Model? m)) {|ADT0107:m.Merge()|};""")]
    [InlineData("while (flag) { {|ADT0107:_layer.Merge()|}; Log(); }")]
    [InlineData("cursor.Layer.Merge(); {|ADT0107:cursor.Layer.Merge()|};")]
    [InlineData("box.Model.Merge(); box.Log(); {|ADT0107:box.Model.Merge()|};")]
    [InlineData("box.Model.Merge(); box.Renew(); box.Model.Merge(); {|ADT0107:box.Model.Merge()|};")]
    [InlineData("models[0].Merge(); models.Add(second); {|ADT0107:models[0].Merge()|};")]
    [InlineData("models[0].Merge(); Show(models); {|ADT0107:models[0].Merge()|};")]
    [InlineData("IEnumerator<Model> e = models.GetEnumerator(); e.MoveNext(); Model m = e.Current; m.Merge(); {|ADT0107:m.Merge()|};")]
    [InlineData("var all = names.Select(Model.Load).ToList(); foreach (Model m in all) m.Merge(); foreach (Model m in all) {|ADT0107:m.Merge()|};")]
    [InlineData("foreach (Model m in models) if (IsBig(m)) m.Merge(); foreach (Model m in models) {|ADT0107:m.Merge()|};")]
    [InlineData("foreach (Model m in models) m.Merge(); foreach (Model m in models) if (IsBig(m)) {|ADT0107:m.Merge()|};")]
    [InlineData("""string[] files = { "a", "b" }; foreach (string file in files) {|ADT0107:net.Merge()|};""")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("while (queue.TryDequeue(out Linear? next)) next.MergeTo(16);")]
    [InlineData("while (_queue.TryDequeue(out _next)) _next.MergeTo(16);")]
    [InlineData("lock (queue) queue.TryDequeue(out _next); while (_next is not null) { _next.Merge(); lock (queue) queue.TryDequeue(out _next); }")]
    [InlineData("Linear? l; queue.TryDequeue(out l); while (l is not null) { l.Merge(); queue.TryDequeue(out l); }")]
    [InlineData("for (Linear? l = Next(); l is not null; l = Next()) l.Merge();")]
    [InlineData("while (Next() is { } l) l.Merge();")]
    [InlineData("Next()!.Merge(); Next()!.Merge();")]
    [InlineData("while (Give(out _layer)) _layer.Merge();")]
    [InlineData("while (Advance()) _layer.Merge();")]
    [InlineData("while (!(!Advance())) _layer.Merge();")]
    [InlineData("while (_queue.Count > 0) { Step(); _layer.Merge(); }")]
    [InlineData("while (await AdvanceAsync()) _layer.Merge();")]
    [InlineData("while (cursor.Advance()) cursor.Layer.Merge();")]
    [InlineData("while (unseen.Advance()) unseen.Layer.Merge();")]
    [InlineData("""foreach (string key in names) if (named.TryGetValue(key, out Model? m)) m.Merge();""")]
    [InlineData("""while (named.Remove("a", out Model? m)) { m.Merge(); named["a"] = Model.Load("x"); }""")]
    [InlineData("box.Model.Merge(); box.Renew(); box.Model.Merge();")]
    [InlineData("box.Model.Merge(); Renew(box); box.Model.Merge();")]
    [InlineData("_model.Merge(); Interlocked.Exchange(ref _model, second); _model.Merge();")]
    [InlineData("while (models.Count > 0) { models[0].Merge(); models.RemoveAt(0); }")]
    [InlineData("while (models.Count > 0) { models.First().Merge(); models.RemoveAt(0); }")]
    [InlineData("while (models.Count > 0) { models[^1].Merge(); models.RemoveAt(models.Count - 1); }")]
    [InlineData("while (linked.First is { } node) { node.Value.Merge(); linked.RemoveFirst(); }")]
    [InlineData("for (LinkedListNode<Model>? node = linked.First; node is not null; node = node.Next) node.Value.Merge();")]
    [InlineData("models[0].Merge(); models.Reverse(); models[0].Merge();")]
    [InlineData("models[0].Merge(); Swap(models); models[0].Merge();")]
    [InlineData("Model[] all = [.. models]; all[0].Merge(); Array.Reverse(all); all[0].Merge();")]
    [InlineData("IEnumerator<Model> e = models.GetEnumerator(); e.MoveNext(); Model a = e.Current; e.MoveNext(); Model b = e.Current; a.Merge(); b.Merge();")]
    [InlineData("var all = names.Select(Model.Load); foreach (Model m in all) m.Merge(); foreach (Model m in all) m.Merge();")]
    [InlineData("IEnumerable<Model> all = Fresh(names); foreach (Model m in all) m.Merge(); foreach (Model m in all) m.Merge();")]
    [InlineData("foreach (Model m in models) m.Merge(); Refill(models); foreach (Model m in models) m.Merge();")]
    [InlineData("foreach (Model m in models) if (IsBig(m)) m.Merge(); foreach (Model m in models) if (!IsBig(m)) m.Merge();")]
    [InlineData("foreach (Model m in models) { if (!IsBig(m)) continue; m.Merge(); } foreach (Model m in models) { if (IsBig(m)) continue; m.Merge(); }")]
    [InlineData("""
        foreach (Linear l in net.LinearLayers) if (l.OutFeatures > 8) l.Merge();
        foreach (Linear l in net.LinearLayers) if (l.OutFeatures <= 8) l.Merge();
        """)]
    [InlineData("bool goes = Advance(); while (goes) { _layer.Merge(); goes = Advance(); }")]
    [InlineData("""foreach ((int bits, string name) in new[] { (16, "a") }) net.MergeTo(bits);""")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    private static string Program(string statements) => $$"""
        {{MergeSource.Models}}
        public class Box
        {
            private Model _m = new();
            public Model Model => _m;
            public void Renew() => _m = new();
            public void Log() => Console.WriteLine();
        }
        public interface ICursor { Linear Layer { get; } bool Advance(); }
        public interface IUnseen { Linear Layer { get; } bool Advance(); }
        public class Cursor(IReadOnlyList<Linear> all) : ICursor
        {
            private int _i;
            public Linear Layer { get; private set; } = null!;
            public bool Advance() { if (_i == all.Count) return false; Layer = all[_i++]; return true; }
        }
        public class User
        {
            private readonly Queue<Linear> _queue = new();
            private readonly Linear[] _all = [];
            private Model _model = new();
            private Linear _layer = null!;
            private Linear? _next;
            private int _i;
            private static bool IsBig(Model m) => m.Layer.OutFeatures > 8;
            private static void Show(List<Model> all) => Console.WriteLine(all.Count);
            private static void Swap(List<Model> all) => (all[0], all[1]) = (all[1], all[0]);
            private static void Refill(List<Model> all) { all.Clear(); all.Add(new()); }
            private static void Renew(Box box) => box.Renew();
            private static IEnumerable<Model> Fresh(string[] names) { foreach (string name in names) yield return Model.Load(name); }
            private Linear? Next() => _queue.Count > 0 ? _queue.Dequeue() : null;
            private bool Give(out Linear l) { l = _all[_i++]; return _i < 3; }
            private bool Same(out Linear l) { l = _all[0]; return true; }
            private bool Advance() { if (_queue.Count == 0) return false; Step(); return true; }
            private async Task<bool> AdvanceAsync() { await Task.Yield(); return Advance(); }
            private void Step() => _layer = _queue.Dequeue();
            private void Log() => Console.WriteLine(_i++);
            public async Task Run(Model net, Model second, List<Model> models, Queue<Linear> queue, Dictionary<string, Model> named, LinkedList<Model> linked,
                string[] names, ICursor cursor, IUnseen unseen, Box box, bool flag)
            {
                await Task.Yield();
                {{statements}}
            }
        }
        """;
}
