using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeOnceAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0107: merges behind interfaces, abstract and virtual methods.</summary>
public sealed class MergeInterfaceTests
{
    private const string Both = """
        public interface IExporter { void Export(Model m); }
        public class Disk : IExporter { public void Export(Model m) { m.MergeTo(16); m.Save("a"); } }
        public class Hub : IExporter { public void Export(Model m) { m.MergeTo(16); m.Save("b"); } }

        """;

    private const string One = """
        public interface IExporter { void Export(Model m); }
        public class Merging : IExporter { public void Export(Model m) => m.MergeTo(16); }
        public class Saving : IExporter { public void Export(Model m) => m.Adapter.Save("a"); }

        """;

    [Theory]
    [InlineData(Both, "first.Export(net); {|ADT0107:second.Export(net)|};")]
    [InlineData(Both, "foreach (IExporter e in exporters) {|ADT0107:e.Export(net)|};")]
    [InlineData(Both, "first.Export(net); {|ADT0107:net.Merge()|};")]
    [InlineData(Both, "net.Merge(); {|ADT0107:first.Export(net)|};")]
    [InlineData(Both, "IExporter[] all = [new Disk(), new Hub()]; foreach (IExporter e in all) {|ADT0107:e.Export(net)|};")]
    [InlineData(Both, "new List<IExporter> { new Disk(), new Hub() }.ForEach(e => {|ADT0107:e.Export(net)|});")]
    [InlineData(One, "IExporter a = new Merging(), b = new Saving(); a.Export(net); {|ADT0107:b.Export(net)|};")]
    [InlineData(One, "IExporter[] all = [new Merging(), new Saving()]; foreach (IExporter e in all) {|ADT0107:e.Export(net)|};")]
    [InlineData(One, "first.Export(net); {|ADT0107:first.Export(net)|};")]
    public Task Fires(string types, string statements) => Rule.Check(Program(types, statements));

    [Theory]
    [InlineData(Both, "first.Export(net); second.Export(other);")]
    [InlineData(Both, "foreach (IExporter e in exporters) { using Model m = Model.Load(\"a\"); e.Export(m); }")]
    [InlineData(Both, "if (flag) first.Export(net); else second.Export(net);")]
    [InlineData(Both, "IExporter[] all = [new Disk(), new Hub()]; all[0].Export(net); all[1].Export(other);")]
    [InlineData(One, "foreach (IExporter e in exporters) e.Export(net);")]
    [InlineData(One, "first.Export(net); second.Export(net);")]
    [InlineData(One, "IExporter a = new Merging(), b = new Saving(); b.Export(net); a.Export(net);")]
    [InlineData(One, "IExporter[] all = [new Saving(), new Merging()]; foreach (IExporter e in all) e.Export(net);")]
    [InlineData(One, "net.Merge(true); net.Unmerge(); second.Export(net);")]
    public Task IsSilent(string types, string statements) => Rule.Check(Program(types, statements));

    [Theory]
    [InlineData("""
        public interface IService { void Finish(); }
        public class Disk(Model m) : IService { public void Finish() => m.MergeTo(16); }
        public class Hub(Model m) : IService { public void Finish() => m.MergeTo(16); }
        public class App
        {
            public void Run(Model net)
            {
                IService[] services = [new Disk(net), new Hub(net)];
                foreach (IService s in services) {|ADT0107:s.Finish()|};
            }
            public void Other(Model a, Model b)
            {
                IService[] services = [new Disk(a), new Hub(b)];
                foreach (IService s in services) s.Finish();
            }
        }
        """)]
    [InlineData("""
        public interface IService { void Finish(); }
        public class Disk : IService { private readonly Model _m; public Disk(Model m) => _m = m; public void Finish() => _m.MergeTo(16); }
        public class Hub : IService { private readonly Model _m; public Hub(Model m) { _m = m; } public void Finish() { _m.MergeTo(16); } }
        public class App
        {
            public void Run(Model net)
            {
                IService a = new Disk(net);
                IService b = new Hub(net);
                a.Finish();
                {|ADT0107:b.Finish()|};
            }
            public void Other(Model net, Model second)
            {
                IService a = new Disk(net);
                IService b = new Hub(second);
                a.Finish();
                b.Finish();
            }
        }
        """)]
    [InlineData("""
        public abstract class Job
        {
            public void Run(Model m) { m.Merge(); {|ADT0107:Finish(m)|}; }
            protected abstract void Finish(Model m);
        }
        public class Exporting : Job { protected override void Finish(Model m) => m.MergeTo(16); }
        """)]
    [InlineData("""
        public class Job
        {
            public virtual void Run(Model m) { m.Merge(); Finish(m); }
            protected virtual void Finish(Model m) => m.Save("a");
        }
        public class Exporting : Job
        {
            public override void Run(Model m) => Finish(m);
            protected override void Finish(Model m) => m.MergeTo(16);
        }
        """)]
    [InlineData("""
        public interface IExporter { void Prepare(Model m); void Export(Model m) { Prepare(m); m.Save("a"); } }
        public class Merging : IExporter { public void Prepare(Model m) => m.MergeTo(16); }
        public class App
        {
            public void Run(Merging exporter, Model net, Model other)
            {
                IExporter e = exporter;
                e.Export(net);
                e.Export(other);
                {|ADT0107:net.Merge()|};
            }
        }
        """)]
    [InlineData("""
        public interface IStep<T> { void Do(T m); }
        public class Merging : IStep<Model> { public void Do(Model m) => m.Merge(); }
        public class Logging : IStep<string> { public void Do(string m) => Console.WriteLine(m); }
        public class App
        {
            public void Run(Merging step, Model net) { IStep<Model> s = step; s.Do(net); {|ADT0107:s.Do(net)|}; }
            public void Run(IStep<string> step) { step.Do("a"); step.Do("a"); }
        }
        """)]
    [InlineData("""
        public interface IHas { Model Net { get; } }
        public class Holder(Model net) : IHas { public Model Net { get; } = net; }
        public class App
        {
            public void Run(Model net, Model other)
            {
                IHas has = new Holder(net);
                has.Net.Merge();
                {|ADT0107:net.Merge()|};
                IHas second = new Holder(other);
                second.Net.Merge();
            }
        }
        """)]
    public Task FollowsClasses(string classes) => Rule.Check(MergeSource.Models + classes);

    private static string Program(string types, string statements) => $$"""
        {{MergeSource.Models}}
        {{types}}
        public class App(IExporter first, IExporter second)
        {
            public void Run(Model net, Model other, IEnumerable<IExporter> exporters, bool flag)
            {
                {{statements}}
            }
        }
        """;
}
