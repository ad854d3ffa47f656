using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeOnceAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0107: merges in handlers that are added, listed, copied, combined and raised in other ways.</summary>
public sealed class MergeHandlerTests
{
    [Theory]
    [InlineData("Shared += () => net.Merge(); net.Merge(); {|ADT0107:Shared()|};")]
    [InlineData("ISession s = new Session2(); s.Done += () => net.Merge(); {|ADT0107:s.Finish(net)|};")]
    [InlineData("Finished += Handler(net); net.Merge(); Finished?{|ADT0107:.Invoke(this, EventArgs.Empty)|};")]
    [InlineData("_handlers.Add(() => net.Merge()); net.Merge(); foreach (Action h in _handlers) {|ADT0107:h()|};")]
    [InlineData("WithModel += (_, e) => e.Model.Merge(); net.Merge(); {|ADT0107:WithModel(this, new ModelArgs(net))|};")]
    [InlineData("Finished += (_, _) => net.Merge(); net.Merge(); {|ADT0107:OnFinished(EventArgs.Empty)|};")]
    [InlineData("Finished += (_, _) => net.Merge(); var handler = Finished; net.Merge(); if (handler != null) {|ADT0107:handler(this, EventArgs.Empty)|};")]
    [InlineData("Finished += async (_, _) => { await Task.Yield(); net.Merge(); }; net.Merge(); {|ADT0107:OnFinished(EventArgs.Empty)|};")]
    [InlineData("Finished += delegate { net.Merge(); }; net.Merge(); {|ADT0107:OnFinished(EventArgs.Empty)|};")]
    [InlineData("Finished += Static; net.Merge(); {|ADT0107:Finished(net, EventArgs.Empty)|};")]
    [InlineData("var s = new Session3(); new Exporter2(s); {|ADT0107:s.Run(net)|};")]
    [InlineData("var s = new Session3(); _ = new Exporter2(s); s.Tell(net); {|ADT0107:net.Merge()|};")]
    [InlineData("Attach(net); net.Merge(); {|ADT0107:OnFinished(EventArgs.Empty)|};")]
    [InlineData("AttachOwn(); _net.Merge(); {|ADT0107:OnFinished(EventArgs.Empty)|};")]
    [InlineData("Finished += Own; Finished += Own; {|ADT0107:OnFinished(EventArgs.Empty)|};")]
    [InlineData("Finished += Own; for (int i = 0; i < n; i++) {|ADT0107:OnFinished(EventArgs.Empty)|};")]
    [InlineData("""_named["a"] = m => m.Merge(); net.Merge(); {|ADT0107:_named["a"](net)|};""")]
    [InlineData("_step = m => m.Merge(); net.Merge(); {|ADT0107:_step(net)|};")]
    [InlineData("_step = m => m.MergeTo(16); _step(net); {|ADT0107:net.Merge()|};")]
    [InlineData("Func<bool, bool, float> merge = net.Merge; net.Merge(); {|ADT0107:merge(false, false)|};")]
    [InlineData("""
        Finished += (_, _) => net.Merge(); net.Merge();
        foreach (EventHandler h in Finished!.GetInvocationList()) {|ADT0107:h(this, EventArgs.Empty)|};
        """)]
    [InlineData("""
        Finished += (_, _) => net.Merge(); net.Merge();
        foreach (EventHandler h in Finished!.GetInvocationList().Cast<EventHandler>()) {|ADT0107:h(this, EventArgs.Empty)|};
        """)]
    [InlineData("lock (this) { Finished += (_, _) => net.Merge(); } net.Merge(); lock (this) { {|ADT0107:OnFinished(EventArgs.Empty)|}; }")]
    [InlineData("Finished += (_, _) => { if (flag) net.Merge(); }; net.Merge(); {|ADT0107:OnFinished(EventArgs.Empty)|};")]
    [InlineData("""
        Action a = () => net.Merge(); Action b = () => second.Merge(); Action both = (Action)Delegate.Combine(a, b);
        net.Merge(); {|ADT0107:both()|};
        """)]
    [InlineData("Finished += (_, _) => net.Merge(); net.Merge(); Volatile.Read(ref Finished)?{|ADT0107:.Invoke(this, EventArgs.Empty)|};")]
    [InlineData("Finished += (_, _) => net.Merge(); net.Merge(); Interlocked.Exchange(ref Finished, null)?{|ADT0107:.Invoke(this, EventArgs.Empty)|};")]
    [InlineData("var args = new ModelArgs(net); WithModel += (_, e) => e.Model.Merge(); WithModel(this, args); {|ADT0107:WithModel(this, args)|};")]
    [InlineData("(Action act, int k) = (() => net.Merge(), 1); net.Merge(); {|ADT0107:act()|};")]
    [InlineData("Action act = flag ? () => net.Merge() : () => second.Merge(); net.Merge(); {|ADT0107:act()|};")]
    [InlineData("var t = (Merge: (Action)(() => net.Merge()), Other: 1); net.Merge(); {|ADT0107:t.Merge()|};")]
    [InlineData("void Handle() { net.Merge(); } Action h = Handle; h += Handle; {|ADT0107:h()|};")]
    [InlineData("Finished += Own; using (new CancellationTokenSource()) { _net.Merge(); {|ADT0107:OnFinished(EventArgs.Empty)|}; }")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("Shared += () => net.Merge(); second.Merge(); Shared();")]
    [InlineData("ISession s = new Session2(); s.Done += () => second.Merge(); s.Finish(net);")]
    [InlineData("Finished += Handler(second); net.Merge(); Finished?.Invoke(this, EventArgs.Empty);")]
    [InlineData("_handlers.Add(() => second.Merge()); net.Merge(); foreach (Action h in _handlers) h();")]
    [InlineData("WithModel += (_, e) => e.Model.Merge(); net.Merge(); WithModel(this, new ModelArgs(second));")]
    [InlineData("Finished += (_, _) => net.Merge(); var handler = Finished; second.Merge(); if (handler != null) handler(this, EventArgs.Empty);")]
    [InlineData("Finished += delegate { second.Merge(); }; net.Merge(); OnFinished(EventArgs.Empty);")]
    [InlineData("Finished += Static; net.Merge(); Finished(second, EventArgs.Empty);")]
    [InlineData("var s = new Session3(); _ = new Exporter2(s); s.Tell(net); second.Merge();")]
    [InlineData("var s = new Session3(); var other = new Session3(); _ = new Exporter2(s); other.Run(net);")]
    [InlineData("Attach(second); net.Merge(); OnFinished(EventArgs.Empty);")]
    [InlineData("AttachOwn(); _net.Merge(); DetachOwn(); OnFinished(EventArgs.Empty);")]
    [InlineData("Finished += Once; OnFinished(EventArgs.Empty); OnFinished(EventArgs.Empty);")]
    [InlineData("Finished += Own; Finished -= Own; Finished += Own; OnFinished(EventArgs.Empty);")]
    [InlineData("Finished += (_, _) => { net.Merge(true); net.Unmerge(); }; for (int i = 0; i < n; i++) OnFinished(EventArgs.Empty);")]
    [InlineData("""_named["a"] = m => m.Merge(); net.Merge(); _named["a"](second);""")]
    [InlineData("""if (_named.TryGetValue("a", out var f)) f(net); net.Merge();""")]
    [InlineData("_step = m => m.Merge(true) - 1; _step(net); net.Unmerge(); net.Merge();")]
    [InlineData("Func<bool, bool, float> merge = second.Merge; net.Merge(); merge(false, false);")]
    [InlineData("Finished += (_, _) => second.Merge(); net.Merge(); foreach (EventHandler h in Finished!.GetInvocationList()) h(this, EventArgs.Empty);")]
    [InlineData("Finished += (_, _) => { if (flag) net.Merge(); }; if (!flag) net.Merge(); OnFinished(EventArgs.Empty);")]
    [InlineData("Action a = () => net.Merge(); Action b = () => second.Merge(); Action both = (Action)Delegate.Combine(a, b); both();")]
    [InlineData("""Action act = flag ? () => net.Save("a") : () => second.Merge(); net.Merge(); act();""")]
    [InlineData("void Handle(Model m) { m.Merge(); } Action<Model> h = Handle; h(net); h(second);")]
    [InlineData("new[] { net, second }.ToList().ForEach(m => Shared += () => m.Merge()); Shared?.Invoke();")]
    [InlineData("var lazy = new Lazy<float>(() => net.Merge()); net.Merge(); Finished = null;")]
    [InlineData("try { Finished += Own; _net.Merge(); } finally { Finished -= Own; } OnFinished(EventArgs.Empty);")]
    [InlineData("Finished += Own; try { _net.Merge(true); } finally { _net.Unmerge(); } OnFinished(EventArgs.Empty);")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    private static string Program(string statements) => $$"""
        {{MergeSource.Models}}
        public class ModelArgs(Model m) : EventArgs { public Model Model { get; } = m; }
        public interface ISession { event Action? Done; void Finish(Model m); }
        public class Session2 : ISession { public event Action? Done; public void Finish(Model m) { m.Merge(); Done?.Invoke(); } }
        public class Exporter2 { public Exporter2(Session3 s) { s.Ready += OnReady; } private void OnReady(Model m) => m.Merge(); }
        public class Session3
        {
            public event Action<Model>? Ready;
            public void Run(Model m) { m.Merge(); Ready?.Invoke(m); }
            public void Tell(Model m) => Ready?.Invoke(m);
        }
        public class Session
        {
            private readonly Model _net = new();
            public static event Action? Shared;
            public event EventHandler? Finished;
            public event EventHandler<ModelArgs>? WithModel;
            private readonly List<Action> _handlers = [];
            private readonly Dictionary<string, Action<Model>> _named = new();
            private Func<Model, float>? _step;
            protected virtual void OnFinished(EventArgs e) => Finished?.Invoke(this, e);
            private static EventHandler Handler(Model m) => (_, _) => m.Merge();
            private static void Static(object? s, EventArgs e) => ((Model)s!).Merge();
            private void Attach(Model m) => Finished += (_, _) => m.Merge();
            private void Own(object? s, EventArgs e) => _net.Merge();
            private void AttachOwn() => Finished += Own;
            private void DetachOwn() => Finished -= Own;
            private void Once(object? s, EventArgs e) { Finished -= Once; _net.Merge(); }
            public void Run(Model net, Model second, bool flag, int n)
            {
                {{statements}}
            }
        }
        """;
}
