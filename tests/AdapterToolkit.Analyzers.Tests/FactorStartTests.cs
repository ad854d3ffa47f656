using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0106.</summary>
public sealed class FactorStartTests
{
    [Theory]
    [InlineData("""var f = {|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, new float[16], new float[16])|};""")]
    [InlineData(
        """float[] a = new float[16], b = new float[16]; layer.SetFactors({|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, a, b)|});""")]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        random.FillGaussian(a, 1);
        random.FillGaussian(b, 1);
        layer.SetFactors({|ADT0106:new LowRankFactors(device, "l", settings, 2, 2, false, a, b)|});
        """)]
    [InlineData("""float[] b = new float[16]; Array.Fill(b, 0.1f); layer.SetFactors({|ADT0106:new(device, "l", settings, 2, 2, false, Given(), b)|});""")]
    [InlineData("""
        float[] b = new float[16];
        for (int i = 0; i < b.Length; i++) b[i] = (float)random.NextDouble();
        layer.SetFactors({|ADT0106:new(device, "l", settings, 2, 2, false, Given(), b)|});
        """)]
    [InlineData("""layer.SetFactors({|ADT0106:new(device, "l", settings, 2, 2, false, Gaussian(random), Gaussian(random))|});""")]
    [InlineData("""layer.SetFactors({|ADT0106:new(device, "l", settings, 2, 2, false, b: Enumerable.Repeat(0.5f, 16).ToArray(), a: Given())|});""")]
    [InlineData("""layer.SetFactors({|ADT0106:new(device, "l", settings, 2, 2, false, [0f, 0f], [0f, 0f])|});""")]
    [InlineData("{|ADT0106:random.FillGaussian(layer.Factors!.B.Value.Span, 0.1)|};")]
    [InlineData("float[] b = Gaussian(random); {|ADT0106:layer.Factors!.B.Value.CopyFrom(b)|};")]
    [InlineData("LowRankFactors f = layer.Factors!; f.A.Value.Clear(); {|ADT0106:f.B.Value.Clear()|};")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        random.FillGaussian(a, 1);
        layer.SetFactors(new LowRankFactors(device, "l", settings, 2, 2, false, a, b));
        """)]
    [InlineData("""layer.SetFactors(new LowRankFactors(device, "l", settings, 2, 2, false, Given(), Given()));""")]
    [InlineData("""layer.SetFactors(new LowRankFactors(device, "l", settings, 2, 2, false, Gaussian(random), new float[16]));""")]
    [InlineData("""layer.SetFactors(new LowRankFactors(device, "l", settings, 2, 2, false, new float[16], Gaussian(random)));""")]
    [InlineData("""
        float[] a = new float[16], b = new float[16];
        Given().CopyTo(a, 0);
        Given().CopyTo(b, 0);
        layer.SetFactors(new LowRankFactors(device, "l", settings, 2, 2, false, a, b));
        """)]
    [InlineData("""
        float[] b = new float[16];
        float[] given = Given();
        for (int i = 0; i < b.Length; i++) b[i] = given[i];
        layer.SetFactors(new LowRankFactors(device, "l", settings, 2, 2, false, given, b));
        """)]
    [InlineData("layer.Factors!.B.Value.CopyFrom(Given());")]
    [InlineData("layer.Factors!.B.Value.Clear(); random.FillGaussian(layer.Factors.A.Value.Span, 1);")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("""layer.SetFactors(new LowRankFactors(device, "l", settings, 2, 2, false, new float[16]""")]
    [InlineData("""layer.SetFactors(new LowRankFactors(device, "l", settings, 2, 2, false, new float[16], new float[""")]
    public Task IsSilentOnBrokenCode(string statements) => Rule.CheckBroken(Program(statements));

    [Fact]
    public Task IsSilentWhereTheFactorsAreTakenFromTheWeight() => Rule.Check(Program("""
        float[] w = layer.Weight.ToArray();
        layer.SetFactors(new LowRankFactors(device, "l", settings, 2, 2, false, Gaussian(random), Gaussian(random)));
        """));

    private static string Program(string statements) => $$"""
        public static class User
        {
            public static void Run(ComputeDevice device, Linear layer, LowRankSettings settings, RandomSequence random)
            {
                {{statements}}
            }

            private static float[] Given() => System.IO.File.ReadAllBytes("a").Select(b => (float)b).ToArray();

            private static float[] Gaussian(RandomSequence random) { float[] v = new float[16]; random.FillGaussian(v, 1); return v; }
        }
        """;
}
