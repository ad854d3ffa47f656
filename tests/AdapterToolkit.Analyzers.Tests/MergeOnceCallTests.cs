using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeOnceAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0107: methods, functions, trainers, and tests of what is refused.</summary>
public sealed class MergeOnceCallTests
{
    [Theory]
    [InlineData("MergeOwn(); {|ADT0107:_model.Merge()|};")]
    [InlineData("MergeOwn(); {|ADT0107:SaveOwn()|};")]
    [InlineData("""Exporter.MergeAndSave(model, "x"); {|ADT0107:model.Merge()|};""")]
    [InlineData("""Exporter.MergeAndSave(model, "x"); {|ADT0107:Exporter.MergeAndSave(model, "x")|};""")]
    [InlineData("var merged = Exporter.Merged(model); {|ADT0107:merged.Merge()|};")]
    [InlineData("model.Merge(); {|ADT0107:Exporter.SaveAdapter(model)|};")]
    [InlineData("model.Merge(); {|ADT0107:TrainOn(model, batches)|};")]
    [InlineData("Action merge = () => model.Merge(); merge(); {|ADT0107:model.Merge()|};")]
    [InlineData("Action merge = () => model.Merge(); merge(); {|ADT0107:merge()|};")]
    [InlineData("models.ForEach(m => m.Merge()); models.ForEach(m => {|ADT0107:m.Merge()|});")]
    [InlineData("""
        model.Merge();
        using var trainer = (IDisposable?)null;
        var t = new Trainer(model, new AdamW());
        foreach (var step in {|ADT0107:t.Fit(batches)|}) { }
        """)]
    [InlineData("model.Merge(); foreach (var step in {|ADT0107:new Trainer(model, new AdamW()).Fit(batches)|}) { }")]
    [InlineData("Model Local() { model.Merge(); return model; } {|ADT0107:Local().Merge()|};")]
    [InlineData("async Task Go() { await Yield(); model.Merge(); await Yield(); {|ADT0107:model.Merge()|}; } Go().Wait();")]
    [InlineData("IEnumerable<int> Steps() { model.Merge(); yield return 1; {|ADT0107:model.Merge()|}; yield return 2; } foreach (int i in Steps()) { }")]
    [InlineData("model.LinearLayers.Max(l => l.Merge()); {|ADT0107:model.Merge()|};")]
    [InlineData("model.MergeToBaseType(); {|ADT0107:model.Merge()|};")]
    [InlineData("void Throws(Action action) => action(); model.Merge(); {|ADT0107:Throws(() => model.Merge())|};")]
    [InlineData("""Task.Run(() => model.Merge()).Wait(); {|ADT0107:model.Adapter.Save("x")|};""")]
    [InlineData("var t = new Trainer(model, new AdamW()); t.Model.Merge(); foreach (var s in {|ADT0107:t.Fit(batches)|}) { }")]
    [InlineData("""var t = new Trainer(model, new AdamW()); model.Merge(); {|ADT0107:TrainingCheckpoint.Save("x", t, null!)|};""")]
    public Task Fires(string statements) => Rule.Check(MergeSource.Program(statements));

    [Theory]
    [InlineData("SaveOwn(); MergeOwn();")]
    [InlineData("""Exporter.MergeAndSave(model, "x"); Exporter.MergeAndSave(second, "x");""")]
    [InlineData("float e = Exporter.ErrorOf(model); model.Merge();")]
    [InlineData("""float e = Exporter.ErrorOf(model); float f = Exporter.ErrorOf(model); model.Adapter.Save("x");""")]
    [InlineData("TrainOn(model, batches); model.Merge(); Evaluate(model, tokens);")]
    [InlineData("Action merge = () => model.Merge(); merge();")]
    [InlineData("model.Merge(reversible: true); Assert.Throws<InvalidOperationException>(() => model.Merge());")]
    [InlineData("""model.Merge(); Assert.Throws<InvalidOperationException>(() => model.Adapter.Save("x"));""")]
    [InlineData("model.Merge(); Assert.Throws<InvalidOperationException>(() => { model.ForwardBackward(tokens, []); });")]
    [InlineData("model.Merge(); Assert.Throws<InvalidOperationException>(() => model.Unmerge());")]
    [InlineData("model.Merge(); Assert.Throws<InvalidOperationException>(model.Unmerge);")]
    [InlineData("""
        void Fails(Action run) { try { run(); } catch (InvalidOperationException) { return; } throw null!; }
        model.Merge();
        Fails(() => model.Merge());
        """)]
    [InlineData("model.Merge(reversible: true); Assert.True(layer.IsMerged); model.Unmerge(); model.Merge();")]
    [InlineData("layer.Merge(); Assert.Null(layer.Factors);")]
    [InlineData("foreach (Linear l in model.LinearLayers.Where(l => l.Factors is not null)) l.Merge();")]
    [InlineData("""models.ForEach(m => m.Merge()); models.ForEach(m => m.Save("x"));""")]
    [InlineData("_ = model switch { { CheckpointFolder: null } => model.Merge(), _ => model.MergeTo(16) };")]
    [InlineData("given.Step(batches.ToList()); model.Merge();")]
    [InlineData("if (!model.LinearLayers.Any(l => l.IsMerged)) model.Merge(reversible: true);")]
    [InlineData("model.Merge(reversible: true); if (model.LinearLayers.Any(l => l.IsMerged)) model.Unmerge(); model.Merge();")]
    [InlineData("Parallel.ForEach(models, m => m.Merge());")]
    [InlineData("var t = new Trainer(model, new AdamW()); foreach (var s in t.Fit(batches)) { } t.Model.Merge();")]
    [InlineData(
        """var t = new Trainer(model, new AdamW()); foreach (var s in t.Fit(batches)) { if (s.Loss < 0.1) break; } t.Model.Merge(); model.Save("x");""")]
    [InlineData("try { foreach (var s in given.Fit(batches)) { } } finally { model.Merge(); }")]
    [InlineData("""
        for (int i = 0; i < 3; i++)
        {
            given.Step(batches.ToList());
            if (i % 2 == 0) { model.Merge(reversible: true); model.Logits(tokens); model.Unmerge(); }
        }
        """)]
    [InlineData("""foreach (var (m, i) in models.Select((m, i) => (m, i))) { m.Merge(); m.Save("x" + i); }""")]
    [InlineData("Action undo = () => model.Unmerge(); model.Merge(reversible: true); undo(); model.Merge();")]
    public Task IsSilent(string statements) => Rule.Check(MergeSource.Program(statements));
}
