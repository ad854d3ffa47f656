using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeOnceAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0107: branches, loops, conditions, exceptions, and names for the same object.</summary>
public sealed class MergeOnceFlowTests
{
    [Theory]
    [InlineData("switch (n) { case 1: model.Merge(); break; } {|ADT0107:model.Merge()|};")]
    [InlineData("if (n > 3) goto done; model.Merge(); done: {|ADT0107:model.Merge()|};")]
    [InlineData("again: {|ADT0107:model.Merge()|}; if (n-- > 0) goto again;")]
    [InlineData("maybe?.Merge(); maybe?{|ADT0107:.Merge()|};")]
    [InlineData("_maybe?.Merge(); _maybe?{|ADT0107:.Merge()|};")]
    [InlineData("_model.Merge(); {|ADT0107:_model.Merge()|};")]
    [InlineData("""_model.Merge(); {|ADT0107:_model.Adapter.Save("x")|};""")]
    [InlineData("""model.Export("x"); {|ADT0107:model.Adapter.Save("x")|};""")]
    [InlineData("do { {|ADT0107:model.Merge()|}; } while (flag);")]
    [InlineData("""model.Merge(); {|ADT0107:model.Adapter.Save("x")|};""")]
    [InlineData("foreach (Model m in models) { m.Merge(); {|ADT0107:m.Merge()|}; }")]
    [InlineData("model.Layer.Merge(); {|ADT0107:model.Layer.Merge()|};")]
    [InlineData("box.Model.Merge(); {|ADT0107:box.Model.Merge()|};")]
    [InlineData("box.Prop.Merge(); {|ADT0107:box.Prop.Merge()|};")]
    [InlineData("models[0].Merge(); models[1].Merge(); {|ADT0107:models[0].Merge()|};")]
    [InlineData("for (int i = 0; i < models.Count; i++) { models[i].Merge(); {|ADT0107:models[i].Merge()|}; }")]
    [InlineData("model.Merge(reversible: true); {|ADT0107:model.ForwardBackward(tokens, [])|};")]
    [InlineData("""model.Merge(reversible: true); {|ADT0107:model.Adapter.Load("next")|};""")]
    [InlineData("model.Merge(reversible: true); {|ADT0107:model.Adapter.Remove()|};")]
    [InlineData("""if (flag) model.Merge(); else model.MergeTo(16); {|ADT0107:model.Adapter.Save("y")|};""")]
    [InlineData("lock (model) { model.Merge(); } lock (model) { {|ADT0107:model.Merge()|}; }")]
    [InlineData("float e = model.Merge() + {|ADT0107:model.Merge()|};")]
    [InlineData("var (x, y) = (model, second); x.Merge(); {|ADT0107:model.Merge()|};")]
    [InlineData("layer.Merge(); {|ADT0107:layer.Factors|}!.A.Value.ToArray();")]
    [InlineData("Current.Merge(); {|ADT0107:Current.Merge()|};")]
    [InlineData("model.Merge(reversible: true); {|ADT0107:model.Merge()|};")]
    [InlineData("if (flag) model.Merge(); flag = false; if (!flag) {|ADT0107:model.Merge()|};")]
    [InlineData("""if (n == 1) model.Merge(); if (n == 1) {|ADT0107:model.Adapter.Save("x")|};""")]
    [InlineData("""
        for (int i = 0; i < 3; i++)
        {
            {|ADT0107:model.ForwardBackward(tokens, [])|};
            if (i % 2 == 0) { {|ADT0107:model.Merge(reversible: true)|}; model.Logits(tokens); }
        }
        """)]
    [InlineData("""using var a = Model.Load("a"); a.Merge(); using var b = Model.Load("b"); b.Merge(); {|ADT0107:a.Adapter.Save("x")|};""")]
    [InlineData("""if (_maybe is { } m) { m.Merge(); {|ADT0107:m.Adapter.Save("x")|}; }""")]
    [InlineData("Once(); {|ADT0107:Once()|}; void Once() { if (Interlocked.Exchange(ref n, 1) >= 0) model.Merge(); }")]
    [InlineData("Once(); {|ADT0107:Once()|}; void Once() { if (Interlocked.Exchange(ref n, n) == 0) model.Merge(); }")]
    [InlineData("Once(); {|ADT0107:model.Merge()|}; void Once() { if (!Interlocked.Exchange(ref flag, true)) model.Merge(); }")]
    [InlineData("HashSet<int> done = []; Once(); {|ADT0107:Once()|}; void Once() { if (done.Contains(1)) model.Merge(); }")]
    public Task Fires(string statements) => Rule.Check(MergeSource.Program(statements));

    [Theory]
    [InlineData("Once(); Once(); void Once() { if (Interlocked.Exchange(ref n, 1) == 0) model.Merge(); }")]
    [InlineData("Once(); Once(); void Once() { if (Interlocked.Exchange(ref n, 1) != 0) return; model.Merge(); }")]
    [InlineData("Once(); Once(); void Once() { if (!Interlocked.Exchange(ref flag, true)) model.Merge(); }")]
    [InlineData("Once(); Once(); void Once() { if (Interlocked.CompareExchange(ref n, 1, 0) == 0) model.Merge(); }")]
    [InlineData("Once(); Once(); void Once() { if (Interlocked.Increment(ref n) == 1) model.Merge(); }")]
    [InlineData("Once(); Once(); void Once() { int before = Interlocked.Exchange(ref n, 1); if (before == 0) model.Merge(); }")]
    [InlineData("Once(); Once(); void Once() { bool before = _merged; _merged = true; if (!before) model.Merge(); }")]
    [InlineData("HashSet<object> done = []; Once(); Once(); void Once() { if (done.Add(model)) model.Merge(); }")]
    [InlineData("""model.Merge(); model.Logits(tokens); model.Generate([1], 3); model.Save("x");""")]
    [InlineData("""model.Merge(); try { model.Save("x"); } finally { model.Dispose(); }""")]
    [InlineData("""for (int i = 0; i < n; i++) { var m = Model.Load("a" + i); m.Merge(); m.Save("b"); m.Dispose(); }""")]
    [InlineData("""foreach (string path in new[] { "a", "b" }) { using Model m = Model.Load(path); m.Adapter.Load(path); m.Merge(); m.Save(path + "m"); }""")]
    [InlineData("""foreach (string path in new[] { "a", "b" }) { model.Adapter.Load(path); model.Merge(); model.Save(path + "m"); }""")]
    [InlineData("""
        foreach (string path in new[] { "a", "b" })
        {
            model.Adapter.Load(path);
            model.Merge(reversible: true);
            model.Save(path + "m");
            model.Unmerge();
        }
        """)]
    [InlineData("""switch (n) { case 1: model.Merge(); break; case 2: model.MergeTo(16); break; default: break; } model.Save("x");""")]
    [InlineData("switch (n) { case 1: model.Merge(); return; } model.Merge();")]
    [InlineData("switch (n) { case 1: model.Merge(); throw new InvalidOperationException(); } model.Merge();")]
    [InlineData("""if (n > 3) { model.Merge(); goto done; } model.Merge(); done: model.Save("x");""")]
    [InlineData("maybe?.Merge(); maybe?.Weight.ToArray();")]
    [InlineData("layer.Merge(reversible: true); if (layer.IsMerged) layer.Unmerge(); layer.Merge();")]
    [InlineData("if (layer.IsMerged) return; layer.Merge();")]
    [InlineData("if (_merged) return; _model.Merge(); _merged = true;")]
    [InlineData("""if (!_merged) { _model.Merge(); _merged = true; } _model.Save("x");""")]
    [InlineData("bool done = false; for (int i = 0; i < n; i++) { if (!done) { model.Merge(); done = true; } }")]
    [InlineData("for (int i = 0; i < n; i++) { if (i == n - 1) { model.Merge(); } }")]
    [InlineData("for (int i = 0; i < n; i++) { if (i == 0) model.Merge(); }")]
    [InlineData("for (int i = 0; i < n; i++) { model.Logits(tokens); if (i == 5) { model.Merge(); break; } }")]
    [InlineData("while (true) { model.Merge(); break; }")]
    [InlineData("do { model.Merge(); } while (false);")]
    [InlineData("try { model.Merge(); } catch (InvalidOperationException) { model.MergeTo(16); }")]
    [InlineData("""try { model.Merge(); } catch (InvalidOperationException e) { Console.WriteLine(e); throw; } model.Save("x");""")]
    [InlineData("""try { model.Merge(); model.Save("x"); } catch (System.IO.IOException) { model.Save("y"); }""")]
    [InlineData("""try { model.Merge(reversible: true); model.Save("x"); } finally { model.Unmerge(); } model.Adapter.Save("x");""")]
    [InlineData("""model.Merge(); second.Adapter.Save("x");""")]
    [InlineData("""foreach (Model m in models) m.Merge(); foreach (Model m in models) m.Save("x");""")]
    [InlineData("foreach (Projection l in new[] { model.Layer, model.Other }) l.Merge();")]
    [InlineData("""model.Layer.Merge(); model.Other.Merge(); model.Save("x");""")]
    [InlineData("""foreach (Linear l in model.Adapter.Layers.ToList()) l.Merge(); model.Save("x");""")]
    [InlineData("""
        foreach (Linear l in model.LinearLayers) if (!l.IsMerged) l.Merge(reversible: true);
        foreach (Linear l in model.LinearLayers) if (l.IsMerged) l.Unmerge();
        """)]
    [InlineData("box.Model.Merge(); box.Model = Make(); box.Model.Merge();")]
    [InlineData("box.Model.Merge(); box = new Box(); box.Model.Merge();")]
    [InlineData("models[n].Merge(); models[n + 1].Merge();")]
    [InlineData("for (int i = 0; i < models.Count; i++) models[i].Merge();")]
    [InlineData("""Model chosen = flag ? model : second; chosen.Merge(); second.Save("x");""")]
    [InlineData("(flag ? model : second).Merge();")]
    [InlineData("var copy = model; copy.Merge(); copy = second; copy.Merge();")]
    [InlineData("model.Merge(reversible: true); model.Unmerge(); model.ForwardBackward(tokens, []);")]
    [InlineData("model.Merge(); model.Adapter.Initialize(1); model.ForwardBackward(tokens, []);")]
    [InlineData("""model.Merge(); model.Adapter.Load("next"); model.Merge();""")]
    [InlineData("""foreach (string p in new[]{"a","b"}) { model.Adapter.Load(p); model.Merge(); }""")]
    [InlineData("model.Merge(); model.Adapter.Remove();")]
    [InlineData("float before = model.Merge(reversible: true); model.Unmerge(); float after = model.MergeTo(32, true); model.Unmerge();")]
    [InlineData("bool reversible = flag; model.Merge(reversible); if (reversible) model.Unmerge();")]
    [InlineData("""model.Merge(reversible: flag); if (flag) { model.Unmerge(); model.Adapter.Save("x"); }""")]
    [InlineData("if (!flag) return; model.Merge();")]
    [InlineData("using (Model m = Make()) { m.Merge(); } using (Model m = Make()) { m.Merge(); }")]
    [InlineData("float e = flag ? model.Merge() : model.MergeTo(16);")]
    [InlineData("var (x, y) = (model, second); x.Merge(); y.Merge();")]
    [InlineData("var f = layer.Factors!; layer.Merge(reversible: true); f.A.Value.ToArray();")]
    [InlineData("layer.Merge(); if (layer.Factors is { } f) f.A.Value.ToArray();")]
    [InlineData("layer.Merge(); if (layer.Factors != null) layer.Factors.A.Value.ToArray();")]
    [InlineData("layer.Merge(); LowRankFactors? f = layer.Factors; f?.A.Value.ToArray();")]
    [InlineData("Current.Merge(); Current = Make(); Current.Merge();")]
    [InlineData("""_model.Merge(); _model.Dispose(); _model = Model.Load("x"); _model.Merge();""")]
    [InlineData("int tries = 0; while (tries < 3) { try { model.Merge(); break; } catch (InvalidOperationException) { tries++; } }")]
    [InlineData("""
        model.Merge(reversible: true);
        float[] merged = model.Logits(tokens);
        model.Unmerge();
        float[] unmerged = model.Logits(tokens);
        model.Merge();
        """)]
    [InlineData("""model.Merge(reversible: true); model.Adapter.Save("x"); model.Save("y"); model.Unmerge();""")]
    [InlineData("""foreach (string s in new[] { "a", "b" }) { if (s == "b") model.Merge(); model.Save(s); }""")]
    [InlineData("bool merged = false; while (n-- > 0) { if (n == 3 && !merged) { model.Merge(); merged = true; } }")]
    [InlineData("""if (n == 1) model.Merge(); if (n == 2) model.Adapter.Save("x");""")]
    [InlineData("""if (n == 1) model.Merge(); if (n != 1) model.Adapter.Save("x");""")]
    [InlineData("""if (n is 1) model.Merge(); else if (n is 2) model.Adapter.Save("x");""")]
    [InlineData("""switch (n) { case 1: model.Merge(); break; } switch (n) { case 2: model.Adapter.Save("x"); break; }""")]
    [InlineData("""string mode = n > 3 ? "merge" : "save"; if (mode == "merge") model.Merge(); if (mode == "save") model.Adapter.Save("x");""")]
    [InlineData("""model.Merge(); if (model.Adapter.Layers.Any()) model.Adapter.Save("x");""")]
    [InlineData("""var a = Model.Load("a"); var b = Model.Load("b"); a.Merge(); b.Merge();""")]
    [InlineData("Model m = models.First(); m.Merge(); m = models.Last(); m.Merge();")]
    [InlineData("models.First().Merge(); models.Last().Merge();")]
    [InlineData("model.Merge(reversible: true); try { model.Logits(tokens); } catch (Exception) { model.Unmerge(); throw; } model.Unmerge(); model.Merge();")]
    [InlineData("""if (flag) { model.Merge(); } else { using var m = Model.Load("x"); m.Merge(); } model.Save("y");""")]
    [InlineData("Projection l = model.Layer; l.Merge(reversible: true); l.Unmerge(); model.Merge();")]
    [InlineData("if (_maybe is { } m) { m.Merge(); } _maybe = null;")]
    [InlineData("_maybe ??= Make(); _maybe.Merge();")]
    [InlineData("(_maybe ?? model).Merge();")]
    public Task IsSilent(string statements) => Rule.Check(MergeSource.Program(statements));
}
