using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeOnceAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0107: merges in the handlers of events, and in functions that variables, members and collections hold.</summary>
public sealed class MergeEventTests
{
    [Theory]
    [InlineData("Finished += (_, _) => net.MergeTo(16); net.MergeTo(16); {|ADT0107:Finished(this, EventArgs.Empty)|};")]
    [InlineData("Finished += (_, _) => net.MergeTo(16); net.MergeTo(16); Finished?{|ADT0107:.Invoke(this, EventArgs.Empty)|};")]
    [InlineData("Finished += OnFinished; _net.Merge(); {|ADT0107:Finished!.Invoke(this, EventArgs.Empty)|};")]
    [InlineData("Finished += OnFinished; _net.Merge(); {|ADT0107:Raise()|};")]
    [InlineData("void Handle(object? s, EventArgs e) => net.Merge(); Finished += Handle; net.Merge(); {|ADT0107:Raise()|};")]
    [InlineData("Finished += (_, _) => net.Merge(); Finished += (_, _) => net.Merge(); {|ADT0107:Raise()|};")]
    [InlineData("Finished += (_, _) => net.Merge(); Raise(); {|ADT0107:Raise()|};")]
    [InlineData("Finished += (_, _) => net.Merge(); Raise(); {|ADT0107:net.Merge()|};")]
    [InlineData("""Finished += (_, _) => net.Adapter.Save("a"); net.Merge(); {|ADT0107:Raise()|};""")]
    [InlineData("if (flag) Finished += (_, _) => net.Merge(); net.Merge(); {|ADT0107:Raise()|};")]
    [InlineData("Custom += () => net.Merge(); net.Merge(); {|ADT0107:RaiseCustom()|};")]
    [InlineData("_done = () => net.Merge(); net.Merge(); {|ADT0107:_done()|};")]
    [InlineData("_done = net.Unmerge; _done += () => net.Merge(); _done += () => net.Merge(); net.Merge(true); {|ADT0107:_done()|};")]
    [InlineData("Done = () => net.Merge(); net.Merge(); Done?{|ADT0107:.Invoke()|};")]
    [InlineData("Action a = () => net.Merge(), b = () => net.Merge(); Action both = a + b; {|ADT0107:both()|};")]
    [InlineData("Action a = () => net.Merge(); Action b = a; a(); {|ADT0107:b()|};")]
    [InlineData("Func<float> merge = () => net.Merge(); merge(); {|ADT0107:merge()|};")]
    [InlineData("Action<Model> merge = m => m.Merge(); merge(net); {|ADT0107:merge(net)|};")]
    [InlineData("var steps = new Action[] { () => net.Merge(), () => net.Merge() }; foreach (Action step in steps) {|ADT0107:step()|};")]
    [InlineData("""
        List<Action> steps = [() => net.Merge(), () => net.Adapter.Save("a")];
        foreach (Action step in steps) {|ADT0107:step()|};
        """)]
    [InlineData("""Dictionary<string, Action> steps = new(); steps["a"] = () => net.Merge(); steps["a"](); {|ADT0107:steps["a"]()|};""")]
    [InlineData("{|ADT0107:Twice(() => net.Merge())|};")]
    [InlineData("Action Make() => () => net.Merge(); Make()(); {|ADT0107:Make()()|};")]
    [InlineData("var box = new Steps(() => net.Merge()); box.Finish(); {|ADT0107:box.Finish()|};")]
    [InlineData("var box = new Steps(() => net.Merge()); net.Merge(); {|ADT0107:box.Finish()|};")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("Finished += (_, _) => net.MergeTo(16); Finished(this, EventArgs.Empty);")]
    [InlineData("Finished += (_, _) => net.MergeTo(16); second.MergeTo(16); Finished?.Invoke(this, EventArgs.Empty);")]
    [InlineData("Finished += OnFinished; _net.Merge(); Finished -= OnFinished; Raise();")]
    [InlineData("Finished += OnFinished; net.Merge(); Raise();")]
    [InlineData("EventHandler handle = (_, _) => net.Merge(); Finished += handle; net.Merge(); Finished -= handle; Raise();")]
    [InlineData("Finished += (_, _) => net.Merge(); Finished = null; net.Merge(); Raise();")]
    [InlineData("Finished += (_, _) => net.Merge(); net.Merge(true); net.Unmerge(); Raise();")]
    [InlineData("Finished += (_, _) => { if (!net.Layer.IsMerged) net.Merge(); }; Raise();")]
    [InlineData("""Finished += (_, _) => net.Save("a"); net.Merge(); Raise();""")]
    [InlineData("Custom += () => net.Merge(); RaiseCustom();")]
    [InlineData("_done = () => net.Merge(); _done = () => second.Merge(); net.Merge(); _done();")]
    [InlineData("_done = net.Unmerge; _done += () => net.Merge(); net.Merge(true); _done();")]
    [InlineData("Done = () => net.Merge(); Done = null; net.Merge(); Done?.Invoke();")]
    [InlineData("Action a = () => net.Merge(true), b = net.Unmerge; Action both = a + b; both(); both();")]
    [InlineData("Action<Model> merge = m => m.Merge(); merge(net); merge(second);")]
    [InlineData("var steps = new Action[] { () => net.Merge(), () => second.Merge() }; foreach (Action step in steps) step();")]
    [InlineData("""
        List<Action> steps = [() => net.Adapter.Save("a"), () => net.Merge(), () => net.Save("b")];
        foreach (Action step in steps) step();
        """)]
    [InlineData("List<Action> steps = [() => net.Merge(true), net.Unmerge]; foreach (Action step in steps) step(); net.Merge();")]
    [InlineData("""Dictionary<string, Action> steps = new(); steps["a"] = () => net.Merge(); steps["b"] = () => second.Merge(); steps["a"](); steps["b"]();""")]
    [InlineData("Twice(() => { net.Merge(true); net.Unmerge(); });")]
    [InlineData("Twice(() => { using var m = new Model(); m.Merge(); });")]
    [InlineData("var box = new Steps(() => net.Merge()); box.Finish();")]
    [InlineData("var box = new Steps(() => net.Merge()); var other = new Steps(() => second.Merge()); box.Finish(); other.Finish();")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("""
        public class Session
        {
            private readonly Model _net;
            public event Action? Done;
            public Session(Model net) { _net = net; Done += () => _net.Merge(); }
            public void Finish() { _net.MergeTo(16); Done?{|ADT0107:.Invoke()|}; }
        }
        """)]
    [InlineData("""
        public class Session
        {
            private readonly Model _net;
            public event Action? Done;
            public Session(Model net) { _net = net; Done += Merge; }
            private void Merge() => _net.Merge();
            public void Detach() => Done -= Merge;
            public void Finish() { _net.MergeTo(16); Done?.Invoke(); }
        }
        """)]
    [InlineData("""
        public class Session { public event EventHandler? Done; public void Finish(Model m) { m.Merge(); Done?.Invoke(this, EventArgs.Empty); } }
        public class App
        {
            public void Run(Model net, Model other)
            {
                var session = new Session();
                session.Done += (_, _) => net.MergeTo(16);
                {|ADT0107:session.Finish(net)|};
            }
            public void Separate(Model net, Model other)
            {
                var session = new Session();
                session.Done += (_, _) => net.MergeTo(16);
                session.Finish(other);
            }
        }
        """)]
    [InlineData("""
        public static class Raising { public static void Raise(this EventHandler? handler, object sender) => handler?.Invoke(sender, EventArgs.Empty); }
        public class Session
        {
            public event EventHandler? Done;
            public void Finish(Model m) { Done += (_, _) => m.Merge(); m.Merge(); {|ADT0107:Done.Raise(this)|}; }
            public void Separate(Model m, Model n) { Done += (_, _) => m.Merge(); n.Merge(); Done.Raise(this); }
        }
        """)]
    [InlineData("""
        public class Pair
        {
            private readonly Model _a, _b;
            public Pair(Model m) { _a = m; _b = m; }
            public void Run() { _a.Merge(); {|ADT0107:_b.Merge()|}; }
        }
        """)]
    [InlineData("""
        public class Pair
        {
            private readonly Model _a, _b;
            public Pair(Model m, Model n) { _a = m; _b = n; }
            public void Run() { _a.Merge(); _b.Merge(); }
        }
        """)]
    public Task FollowsClasses(string classes) => Rule.Check(MergeSource.Models + classes);

    private static string Program(string statements) => $$"""
        {{MergeSource.Models}}
        public class Steps(Action last)
        {
            public void Finish() => last();
        }
        public class Session
        {
            private readonly Model _net = new();
            private Action _done = () => { };
            private Action? _custom;
            private Action? Done { get; set; }
            public event EventHandler? Finished;
            public event Action Custom { add => _custom += value; remove => _custom -= value; }
            private void OnFinished(object? sender, EventArgs e) => _net.MergeTo(32);
            protected virtual void Raise() => Finished?.Invoke(this, EventArgs.Empty);
            private void RaiseCustom() => _custom?.Invoke();
            private static void Twice(Action act) { act(); act(); }
            public void Run(Model net, Model second, bool flag)
            {
                {{statements}}
            }
        }
        """;
}
