using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0106: where the numbers of factors come from.</summary>
public sealed class FactorNumbersTests
{
    [Theory]
    [InlineData("""var f = {|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, Kaiming(16, 8, rng), Kaiming(16, 8, rng))|};""")]
    [InlineData("""var f = {|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, ZeroVector(16), ZeroVector(16))|};""")]
    [InlineData("var f = {|ADT0106:Make(device, settings, new float[16], new float[16])|};")]
    [InlineData("var f = {|ADT0106:Make(device, settings, Kaiming(16, 8, rng), Gaussian(random))|};")]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        Array.Clear(a);
        Array.Clear(b);
        var f = {|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, a, b)|};
        """)]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        random.FillGaussian(a, 1);
        FillB(b, rng);
        var f = {|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, a, b)|};
        """)]
    [InlineData("""var f = {|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, GC.AllocateArray<float>(16), new float[16])|};""")]
    [InlineData("""
        float[] a = Enumerable.Range(0, 16).Select(_ => (float)rng.NextDouble()).ToArray();
        float[] b = Enumerable.Range(0, 16).Select(_ => (float)rng.NextDouble()).ToArray();
        var f = {|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, a, b)|};
        """)]
    [InlineData("""
        float[] a = Enumerable.Repeat(0f, 16).ToArray(), b = Enumerable.Repeat(0f, 16).ToArray();
        var f = {|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, a, b)|};
        """)]
    [InlineData("""var f = {|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, Array.Empty<float>(), new float[16])|};""")]
    [InlineData("""
        Span<float> a = stackalloc float[16], b = stackalloc float[16];
        var f = {|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, a, b)|};
        """)]
    [InlineData("{|ADT0106:layer.Factors!.B.Value.Span.Fill(0.1f)|};")]
    [InlineData("{|ADT0106:layer.Factors!.B.Value.CopyFrom(Kaiming(16, 8, rng))|};")]
    [InlineData("for (int i = 0; i < n; i++) { {|ADT0106:layer.Factors!.B.Value.Span[i] = (float)rng.NextDouble()|}; }")]
    [InlineData("layer.Factors!.A.Value.Clear(); {|ADT0106:layer.Factors!.B.Value.Clear()|};")]
    [InlineData("layer.Factors!.A.Value.Span.Clear(); {|ADT0106:layer.Factors!.B.Value.Span.Clear()|};")]
    [InlineData("foreach (Linear l in model.Adapter.Layers) { l.Factors!.A.Value.Clear(); {|ADT0106:l.Factors.B.Value.Clear()|}; }")]
    [InlineData("foreach (Linear l in model.Adapter.Layers) {|ADT0106:random.FillGaussian(l.Factors!.B.Value.Span, 0.02)|};")]
    [InlineData("""
        const float zero = 0f;
        float[] a = new float[16], b = new float[16];
        Array.Fill(a, zero);
        Array.Fill(b, zero);
        var f = {|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, a, b)|};
        """)]
    [InlineData(
        """float[] a = Gaussian(random); float[] b = [0.1f, 0.2f]; var f = {|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, a, b)|};""")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("""var f = new LowRankFactors(device, "l", settings, 2, 2, false, Kaiming(16, 8, rng), ZeroVector(16));""")]
    [InlineData("""var f = new LowRankFactors(device, "l", settings, 2, 2, false, Read(path, "a"), Read(path, "b"));""")]
    [InlineData("var f = Make(device, settings, Kaiming(16, 8, rng), new float[16]);")]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        random.FillGaussian(a, 1);
        random.FillGaussian(b, 1);
        Array.Clear(b);
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("""
        float[] a = GC.AllocateUninitializedArray<float>(16);
        random.FillGaussian(a, 1);
        float[] b = GC.AllocateArray<float>(16);
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("""
        float[] a = Enumerable.Range(0, 16).Select(_ => (float)rng.NextDouble()).ToArray();
        float[] b = Enumerable.Repeat(0f, 16).ToArray();
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("""
        Span<float> a = stackalloc float[16];
        random.FillGaussian(a, 1);
        Span<float> b = stackalloc float[16];
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("""var f = new LowRankFactors(device, "l", settings, 2, 2, false, old.SavedA(), old.SavedB());""")]
    [InlineData("""
        float[] a = other.Factors!.A.Value.ToArray(), b = other.Factors.B.Value.ToArray();
        layer.SetFactors(new LowRankFactors(device, "l", settings, 2, 2, false, a, b));
        """)]
    [InlineData("""
        float[] b = new float[16];
        for (int i = 0; i < b.Length; i++) b[i] = 0;
        float[] a = Gaussian(random);
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("""
        float[] a = new float[16];
        for (int i = 0; i < 16; i++) for (int j = 0; j < 1; j++) a[i] = (float)rng.NextDouble();
        float[] b = new float[16];
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        Buffer.BlockCopy(File.ReadAllBytes(path), 0, a, 0, 64);
        Buffer.BlockCopy(File.ReadAllBytes(path), 0, b, 0, 64);
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        Array.Copy(Given(), a, 16);
        Array.Copy(Given(), b, 16);
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        using var s = File.OpenRead(path);
        s.ReadExactly(System.Runtime.InteropServices.MemoryMarshal.AsBytes(a.AsSpan()));
        s.ReadExactly(System.Runtime.InteropServices.MemoryMarshal.AsBytes(b.AsSpan()));
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        System.Threading.Tasks.Parallel.For(0, 16, i => { a[i] = i; b[i] = i; });
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        Fill(a, () => rng.NextSingle());
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        Fill(a, rng.NextSingle);
        Fill(b, rng.NextSingle);
        layer.SetFactors(new LowRankFactors(device, "l", settings, 2, 2, false, a, b));
        """)]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        new Random(1).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(a.AsSpan()));
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("model.Adapter.Initialize(3);")]
    [InlineData("float[] b = layer.Factors!.B.Value.ToArray(); b[0] = 0.5f; layer.Factors.B.Value.CopyFrom(b);")]
    [InlineData("layer.Factors!.A.Value.CopyFrom(Kaiming(16, 8, rng));")]
    [InlineData("layer.Factors!.B.Value.Span.Fill(0);")]
    [InlineData("layer.Factors!.B.Value.Clear(); layer.Factors!.A.Value.CopyFrom(Gaussian(random));")]
    [InlineData("layer.Factors!.A.Value.Clear(); other.Factors!.B.Value.Clear();")]
    [InlineData("layer.Factors!.A.Value.Clear(); layer.Factors!.B.Value.Clear(); layer.Factors.A.Value.CopyFrom(Given());")]
    [InlineData("""
        float[] a = n > 3 ? Gaussian(random) : Given();
        float[] b = n > 3 ? new float[16] : Given();
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("""
        float[] a, b;
        if (n > 3) { a = Gaussian(random); b = new float[16]; }
        else { a = Given(); b = Given(); }
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        if (File.Exists(path)) { Given().CopyTo(a, 0); Given().CopyTo(b, 0); }
        else random.FillGaussian(a, 1);
        var f = new LowRankFactors(device, "l", settings, 2, 2, false, a, b);
        """)]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    private static string Program(string statements) => $$"""
        using System.IO;
        public static class User
        {
            public static void Run(ComputeDevice device, Linear layer, Linear other, LowRankSettings settings, RandomSequence random, Random rng,
                LanguageModel model, LowRankFactors old, string path, int n)
            {
                {{statements}}
            }
            private static float[] Given() => System.IO.File.ReadAllBytes("a").Select(b => (float)b).ToArray();
            private static float[] Gaussian(RandomSequence random) { float[] v = new float[16]; random.FillGaussian(v, 1); return v; }
            private static float[] Kaiming(int n, int fan, Random r)
            {
                var v = new float[n];
                float bound = MathF.Sqrt(6f / fan);
                for (int i = 0; i < n; i++) v[i] = (float)((r.NextDouble() * 2 - 1) * bound);
                return v;
            }
            private static float[] ZeroVector(int n) => new float[n];
            private static void FillB(Span<float> b, Random r) { for (int i = 0; i < b.Length; i++) b[i] = r.NextSingle(); }
            private static float[] Read(string path, string name)
            {
                var v = new float[3];
                using var s = File.OpenRead(path);
                var r = new BinaryReader(s);
                for (int i = 0; i < v.Length; i++) v[i] = r.ReadSingle();
                return v;
            }
            private static LowRankFactors Make(ComputeDevice device, LowRankSettings s, float[] a, float[] b) => new(device, "l", s, 2, 2, false, a, b);
            private static void Fill(float[] values, Func<float> next) { for (int i = 0; i < values.Length; i++) values[i] = next(); }
        }
        """;
}
