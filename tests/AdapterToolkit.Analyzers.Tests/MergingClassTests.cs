using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeOnceAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0107: services and sessions that keep models, handlers and each other in their members.</summary>
public sealed class MergingClassTests
{
    [Theory]
    [InlineData("""
        public interface IService { void Finish(); }
        public class Disk(Model m) : IService { public void Finish() => m.MergeTo(16); }
        public class Hub(Model m) : IService { public void Finish() => m.MergeTo(16); }
        public class App
        {
            private readonly Model _net = new(); private readonly IService _a, _b; private readonly IService[] _all;
            public App() { _a = new Disk(_net); _b = new Hub(_net); _all = [_a, _b]; }
            public void Run() { _a.Finish(); {|ADT0107:_b.Finish()|}; }
            public void RunAll() { foreach (IService s in _all) {|ADT0107:s.Finish()|}; }
            public void One() { _a.Finish(); }
        }
        """)]
    [InlineData("""
        public interface IService { void Finish(); }
        public class Disk(Model m) : IService { public void Finish() => m.MergeTo(16); }
        public class Hub(Model m) : IService { public void Finish() => m.MergeTo(16); }
        public class App
        {
            private readonly Model _net = new(), _other = new(); private readonly IService _a, _b; private readonly IService[] _all;
            public App() { _a = new Disk(_net); _b = new Hub(_other); _all = [_a, _b]; }
            public void Run() { _a.Finish(); _b.Finish(); }
            public void RunAll() { foreach (IService s in _all) s.Finish(); }
        }
        """)]
    [InlineData("""
        public interface IService { Model Model { get; } void Finish(); }
        public class Disk : IService { public required Model Model { get; init; } public void Finish() => Model.MergeTo(16); }
        public class Hub : IService { public required Model Model { get; init; } public void Finish() => Model.Merge(); }
        public class App
        {
            public void Run(Model m) { IService a = new Disk { Model = m }, b = new Hub { Model = m }; a.Finish(); {|ADT0107:b.Finish()|}; }
            public void Two(Model m, Model n) { IService a = new Disk { Model = m }, b = new Hub { Model = n }; a.Finish(); b.Finish(); }
        }
        """)]
    [InlineData("""
        public interface IService { void Attach(Model m); void Finish(); }
        public class Disk : IService { private Model? _m; public void Attach(Model m) => _m = m; public void Finish() => _m!.MergeTo(16); }
        public class Hub : IService { private Model? _m; public void Attach(Model m) => _m = m; public void Finish() => _m?.Merge(); }
        public class App
        {
            public void Run(Model m) { IService a = new Disk(), b = new Hub(); a.Attach(m); b.Attach(m); a.Finish(); {|ADT0107:b.Finish()|}; }
            public void Two(Model m, Model n) { IService a = new Disk(), b = new Hub(); a.Attach(m); b.Attach(n); a.Finish(); b.Finish(); }
        }
        """)]
    [InlineData("""
        public class Options(bool merge) { public bool Merge { get; } = merge; }
        public record Settings(Options Export);
        public class App(Options own)
        {
            private readonly Options _own = own;
            public void Run(Model m, Options o) { if (o.Merge) m.Merge(); Finish(m, o); }
            public void Alias(Model m, Options o) { var same = o; if (same.Merge) m.Merge(); if (!o.Merge) m.MergeTo(16); }
            public void Nested(Model m, Settings s) { Options o = s.Export; if (o.Merge) m.Merge(); Finish(m, s.Export); }
            public void Own(Model m) { if (Get().Merge) m.Merge(); Finish(m, Get()); }
            public void Other(Model m, Options o, Options p) { if (o.Merge) m.Merge(); {|ADT0107:Finish(m, p)|}; }
            private Options Get() => _own;
            private static void Finish(Model m, Options o) { if (!o.Merge) m.MergeTo(16); }
        }
        """)]
    [InlineData("""
        public interface IService { void Finish(); }
        public abstract class Base(Model m) : IService
        {
            protected Model Net { get; } = m;
            public void Finish() { Prepare(); Net.Save("a"); }
            protected virtual void Prepare() { }
        }
        public class Disk(Model m) : Base(m) { protected override void Prepare() => Net.MergeTo(16); }
        public class Hub(Model m) : Base(m) { protected override void Prepare() => Net.Merge(); }
        public class Plain(Model m) : Base(m) { }
        public class App
        {
            public void Run(Model m) { IService[] all = [new Disk(m), new Hub(m)]; foreach (var s in all) {|ADT0107:s.Finish()|}; }
            public void Two(Model m, Model n) { IService[] all = [new Disk(m), new Hub(n), new Plain(m)]; foreach (var s in all) s.Finish(); }
        }
        """)]
    [InlineData("""
        public interface IService { void Finish(); }
        public sealed record Disk(Model M) : IService { public void Finish() => M.MergeTo(16); }
        public sealed record Hub(Model M) : IService { public void Finish() => M.MergeTo(16); }
        public class App
        {
            private readonly List<IService> _services = [];
            public void Add(IService s) => _services.Add(s);
            public void FinishAll() { foreach (var s in _services) s.Finish(); }
            public static void Run(Model m) { var app = new App(); app.Add(new Disk(m)); app.Add(new Hub(m)); {|ADT0107:app.FinishAll()|}; }
            public static void Two(Model m, Model n) { var app = new App(); app.Add(new Disk(m)); app.Add(new Hub(n)); app.FinishAll(); }
        }
        """)]
    [InlineData("""
        public interface IService { void Finish(Model m); }
        public class Disk : IService { public void Finish(Model m) => m.MergeTo(16); }
        public class Hub : IService { public void Finish(Model m) => m.MergeTo(16); }
        public class Pipeline(IEnumerable<IService> services, Model model)
        {
            public void Run() { foreach (var s in services) {|ADT0107:s.Finish(model)|}; }
            public void Linq() => services.ToList().ForEach(s => {|ADT0107:s.Finish(model)|});
            public void First() => services.First().Finish(model);
            public void Each(Func<Model> load) { foreach (var s in services) { Model m = load(); s.Finish(m); } }
        }
        """)]
    [InlineData("""
        public interface IService { void Finish(Model m); }
        public class Disk : IService { public void Finish(Model m) => m.MergeTo(16); }
        public class Log : IService { public void Finish(Model m) => Console.WriteLine(m); }
        public class Pipeline(IEnumerable<IService> services, Model model)
        {
            public void Run() { foreach (var s in services) s.Finish(model); }
        }
        """)]
    [InlineData("""
        public interface ISession { event Action<Model>? Done; }
        public class Session : ISession { public event Action<Model>? Done; public void Finish(Model m) => Done?.Invoke(m); }
        public class Exporter { public void Listen(ISession s) => s.Done += m => m.MergeTo(16); public void Stop(ISession s) { } }
        public class App
        {
            public void Run(Model m) { var s = new Session(); new Exporter().Listen(s); s.Finish(m); {|ADT0107:m.Merge()|}; }
            public void Two(Model m) { var s = new Session(); new Exporter().Listen(s); new Exporter().Listen(s); {|ADT0107:s.Finish(m)|}; }
            public void Silent(Model m) { var s = new Session(); new Exporter().Stop(s); s.Finish(m); m.Merge(); }
        }
        """)]
    [InlineData("""
        public class Bus
        {
            private readonly List<Action<Model>> _handlers = new();
            public void Subscribe(Action<Model> h) => _handlers.Add(h);
            public void Publish(Model m) { foreach (var h in _handlers) h(m); }
        }
        public class App
        {
            public void Run(Model m) { var bus = new Bus(); bus.Subscribe(x => x.Merge()); bus.Subscribe(x => x.MergeTo(16)); {|ADT0107:bus.Publish(m)|}; }
            public void After(Model m) { var bus = new Bus(); bus.Subscribe(x => x.Merge()); m.Merge(); {|ADT0107:bus.Publish(m)|}; }
            public void One(Model m, Model n) { var bus = new Bus(); bus.Subscribe(x => x.Merge()); bus.Publish(m); bus.Publish(n); }
            public void Saves(Model m) { var bus = new Bus(); bus.Subscribe(x => x.Merge()); bus.Subscribe(x => x.Save("a")); bus.Publish(m); }
        }
        """)]
    [InlineData("""
        public class Session
        {
            private readonly Model _net;
            public event EventHandler? Finished;
            public Session(Model net) { _net = net; Finished += OnFinished; }
            private void OnFinished(object? s, EventArgs e) => _net.Merge();
            public void Export() { _net.MergeTo(16); {|ADT0107:Raise()|}; }
            public void Quiet() { _net.Save("a"); Raise(); }
            private void Raise() => Finished?.Invoke(this, EventArgs.Empty);
        }
        """)]
    [InlineData("""
        public class Other { public event Action? Finished; public void Clear() { Finished -= Clear; Finished?.Invoke(); } }
        public class Session
        {
            private readonly Model _net;
            public event Action? Finished;
            public Session(Model net) { _net = net; Finished += () => _net.Merge(); }
            public void Export() { _net.MergeTo(16); Finished?{|ADT0107:.Invoke()|}; }
        }
        """)]
    [InlineData("""
        public class Worker
        {
            public Action<Model>? Callback { get; init; }
            public void Go(Model m) { m.Merge(); Callback?.Invoke(m); }
        }
        public class App
        {
            public void Run(Model m) { var w = new Worker { Callback = x => x.MergeTo(16) }; {|ADT0107:w.Go(m)|}; }
            public void Quiet(Model m) { var w = new Worker { Callback = x => x.Save("a") }; w.Go(m); }
            public void Chain(Model m) { new Worker { Callback = new Worker { Callback = x => x.Save("b") }.Other }.Go(m); }
        }
        public static class Ext { extension(Worker w) { public void Other(Model m) => m.Save("c"); } }
        """)]
    [InlineData("""
        public delegate void Merged(Model m);
        public class Chain
        {
            public Merged Add(Merged a, Merged b) => a + b;
            public void Run(Model m) { Merged both = Add(x => x.Merge(), x => x.Merge()); {|ADT0107:both(m)|}; }
            public void Ok(Model m) { Merged both = Add(x => x.Merge(), x => x.Save("a")); both(m); }
        }
        """)]
    public Task FollowsMembers(string classes) => Rule.Check(MergeSource.Models + classes);
}
