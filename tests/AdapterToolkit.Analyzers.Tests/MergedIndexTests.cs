using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeOnceAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0107: models and layers by index and range, and those that methods of the program put into collections and take out.</summary>
public sealed class MergedIndexTests
{
    [Theory]
    [InlineData("for (int i = 0; i < layers.Count; i++) layers[i].Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("int i = 0; while (i < layers.Count) { layers[i].Merge(); i++; } {|ADT0107:net.Merge()|};")]
    [InlineData("for (int i = layers.Count - 1; i >= 0; i--) { Linear l = layers[i]; l.Merge(); } foreach (Linear l in layers) {|ADT0107:l.Merge()|};")]
    [InlineData("Model[] all = [net, second]; all[^1].Merge(); {|ADT0107:second.Merge()|};")]
    [InlineData("models[^1].Merge(); {|ADT0107:models[^1].Merge()|};")]
    [InlineData("Linear[] all = [.. net.LinearLayers]; all[^1].Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("var list = new List<Model>(); Fill(list, net); foreach (Model m in list) m.Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("var pool = new Pool(); pool.Put(net); pool.Take().Merge(); {|ADT0107:net.Merge()|};")]
    [InlineData("var stack = new Stack<Model>(); stack.Push(net); stack.Push(second); stack.Pop().Merge(); {|ADT0107:second.Merge()|};")]
    [InlineData("var steps = new Queue<Action>(); steps.Enqueue(() => net.Merge()); steps.Dequeue()(); {|ADT0107:net.Merge()|};")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("for (int i = 0; i < layers.Count; i++) layers[i].Merge(); second.Merge();")]
    [InlineData("for (int i = 0; i < layers.Count; i++) layers[i].Merge(true); for (int i = 0; i < layers.Count; i++) layers[i].Unmerge(); net.Merge();")]
    [InlineData("for (int i = 0; i < layers.Count; i++) layers[i].Merge(true); net.Unmerge(); net.Merge();")]
    [InlineData("for (int i = 0; i < layers.Count; i++) layers[i].Merge(true); foreach (Linear l in layers) l.Unmerge(); net.Merge();")]
    [InlineData("for (int i = 0; i < 2; i++) models[i].Merge(); for (int i = 2; i < models.Count; i++) models[i].Merge();")]
    [InlineData("Model[] all = [net, second]; all[^1].Merge(); net.Merge();")]
    [InlineData("models[^1].Merge(); models[^2].Merge();")]
    [InlineData("models[^1].Merge(); models.RemoveAt(models.Count - 1); models[^1].Merge();")]
    [InlineData("var list = new List<Model>(); Fill(list, net); foreach (Model m in list) m.Merge(); second.Merge();")]
    [InlineData("var list = new List<Model> { net }; Replace(list, second); foreach (Model m in list) m.Merge(); net.Merge();")]
    [InlineData("var pool = new Pool(); pool.Put(net); pool.Put(second); pool.Take().Merge(); second.Merge();")]
    [InlineData("var stack = new Stack<Model>(); stack.Push(net); stack.Push(second); stack.Pop().Merge(); net.Merge();")]
    [InlineData("var steps = new Queue<Action>(); steps.Enqueue(() => net.Merge()); steps.Dequeue()(); second.Merge();")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    private static string Program(string statements) => $$"""
        {{MergeSource.Models}}
        public class Pool { private readonly Queue<Model> _q = new(); public void Put(Model m) => _q.Enqueue(m); public Model Take() => _q.Dequeue(); }
        public class User
        {
            private static void Fill(List<Model> all, Model m) => all.Add(m);
            private static void Replace(List<Model> all, Model m) { all.Clear(); all.Add(m); }
            public void Run(Model net, Model second, List<Model> models)
            {
                List<Linear> layers = net.LinearLayers.ToList();
                {{statements}}
            }
        }
        """;
}
