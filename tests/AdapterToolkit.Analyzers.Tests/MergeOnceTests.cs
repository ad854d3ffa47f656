using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeOnceAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0107.</summary>
public sealed class MergeOnceTests
{
    [Theory]
    [InlineData("model.Merge(); {|ADT0107:model.Merge()|};")]
    [InlineData("layer.Merge(); {|ADT0107:layer.Merge()|};")]
    [InlineData("if (flag) model.Merge(); {|ADT0107:model.Merge()|};")]
    [InlineData("for (int i = 0; i < 2; i++) {|ADT0107:model.Merge()|};")]
    [InlineData("while (flag) { {|ADT0107:layer.Merge(reversible: true)|}; }")]
    [InlineData("var same = model; same.Merge(); {|ADT0107:model.Merge()|};")]
    [InlineData("model.Merge(); {|ADT0107:model.Layer.Merge()|};")]
    [InlineData("model.Layer.Merge(reversible: true); {|ADT0107:model.Merge()|};")]
    [InlineData("foreach (Linear l in model.LinearLayers) l.Merge(); {|ADT0107:model.Merge()|};")]
    [InlineData("foreach (Linear l in model.LinearLayers) l.Merge(); foreach (Linear m in model.LinearLayers) {|ADT0107:m.Merge()|};")]
    [InlineData("""model.Merge(); {|ADT0107:model.Adapter.Save("a")|};""")]
    [InlineData("layer.Merge(); var a = {|ADT0107:layer.Factors|}.A;")]
    [InlineData("layer.Merge(reversible: true); var a = {|ADT0107:layer.Factors|}!.A;")]
    [InlineData("model.Merge(); {|ADT0107:model.ForwardBackward(tokens, [])|};")]
    [InlineData("var trainer = new Trainer(model, new AdamW()); model.Merge(); foreach (var step in {|ADT0107:trainer.Fit(batches)|}) { }")]
    [InlineData("model.Merge(); {|ADT0107:model.Unmerge()|};")]
    [InlineData("""try { model.Merge(); model.Save("m"); } catch (Exception) { {|ADT0107:model.Merge()|}; }""")]
    [InlineData("using (model) { model.Merge(); } {|ADT0107:model.Merge()|};")]
    [InlineData("MergeAll(model); {|ADT0107:model.Merge()|};")]
    [InlineData("model.Merge(); {|ADT0107:MergeAll(model)|};")]
    [InlineData("layer.Merge(reversible: true); {|ADT0107:layer.SetFactors(null)|};")]
    [InlineData("void Local() => model.Merge(); Local(); {|ADT0107:model.Merge()|};")]
    public Task Fires(string statements) => Rule.Check(MergeSource.Program(statements));

    [Theory]
    [InlineData("""model.Merge(); model.Save("merged");""")]
    [InlineData("model.Merge(reversible: true); model.Unmerge(); model.Merge();")]
    [InlineData("if (flag) model.Merge(); else model.Merge(reversible: true);")]
    [InlineData("foreach (Linear l in model.LinearLayers) l.Merge();")]
    [InlineData("for (int i = 0; i < 3; i++) { using var other = Make(); other.Merge(); }")]
    [InlineData("if (!layer.IsMerged) layer.Merge(); if (!layer.IsMerged) layer.Merge();")]
    [InlineData("""if (flag) model.Merge(); if (!flag) model.Adapter.Save("a");""")]
    [InlineData("model.Merge(); model = Make(); model.Merge();")]
    [InlineData("""model.Merge(reversible: true); try { model.Save("m"); } finally { model.Unmerge(); } model.Merge();""")]
    [InlineData("model.Merge(); model.Adapter.Initialize(); model.Merge();")]
    [InlineData("""model.Adapter.Save("a"); model.Merge();""")]
    [InlineData("layer.Merge(); bool none = layer.Factors is null; bool other = layer.Factors?.A is null;")]
    [InlineData("model.Layer.Merge(); model.Other.Merge();")]
    [InlineData("""model.Merge(reversible: true); model.Adapter.Save("a");""")]
    [InlineData("for (int i = 0; i < 3; i++) { model.Merge(reversible: true); model.Unmerge(); }")]
    [InlineData("if (flag) { model.Merge(); return; } model.Merge();")]
    [InlineData("switch (tokens.Rows) { case 1: model.Merge(); break; default: model.Merge(); break; }")]
    public Task IsSilent(string statements) => Rule.Check(MergeSource.Program(statements));

    [Theory]
    [InlineData("model.Merge(")]
    [InlineData("model.Merge(); model.Mer")]
    [InlineData("model.Merge(); missing.Merge();")]
    public Task IsSilentOnBrokenCode(string statements) => Rule.CheckBroken(MergeSource.Program(statements));
}
