using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.MergeIntoQuantizedAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0108: models whose projections are of the class that a type argument names.</summary>
public sealed class HeldProjectionTests
{
    [Theory]
    [InlineData("LanguageModel net = CausalModel.Load<Packed>(folder, device); {|ADT0108:net.Merge()|};")]
    [InlineData("LanguageModel net = CausalModel.Load<Packed>(folder, device, WeightStorage.AsMarked); {|ADT0108:net.Merge()|};")]
    [InlineData("foreach (Linear l in CausalModel.Load<Packed>(folder, device).LinearLayers) {|ADT0108:l.Merge()|};")]
    [InlineData("LanguageModel net = Open<Packed>(folder, device); {|ADT0108:net.Merge()|};")]
    [InlineData("LanguageModel net = Opener<Packed>.Open(folder, device); {|ADT0108:net.Merge()|};")]
    [InlineData("{|ADT0108:_packed.Merge()|};")]
    [InlineData("LanguageModel net = CausalModel.Load<Packed>(folder, device, new LoadOptions()); {|ADT0108:net.Merge()|};")]
    [InlineData("LanguageModel net = CausalModel.Load<Packed>(folder, device, new LoadOptions { Storage = WeightStorage.AsMarked }); {|ADT0108:net.Merge()|};")]
    [InlineData("LoadOptions given = new(); LanguageModel net = CausalModel.Load<Packed>(folder, device, given); {|ADT0108:net.Merge()|};")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("LanguageModel net = CausalModel.Load<Packed>(folder, device); net.MergeTo(16);")]
    [InlineData("LanguageModel net = CausalModel.Load<Plain>(folder, device); net.Merge();")]
    [InlineData("LanguageModel net = CausalModel.Load<Packed>(folder, device, WeightStorage.Dense); net.Merge();")]
    [InlineData("LanguageModel net = CausalModel.Load<Packed>(folder, device, new LoadOptions { Storage = WeightStorage.Dense }); net.Merge();")]
    [InlineData("foreach (Linear l in CausalModel.Load<Plain>(folder, device).LinearLayers) l.Merge();")]
    [InlineData("LanguageModel net = Open<Plain>(folder, device); net.Merge();")]
    [InlineData("LanguageModel net = Opener<Plain>.Open(folder, device); net.Merge();")]
    [InlineData("_plain.Merge();")]
    [InlineData("LoadOptions given = new() { Storage = WeightStorage.Dense }; "
        + "LanguageModel net = CausalModel.Load<Packed>(folder, device, given); net.Merge();")]
    [InlineData("LoadOptions given = new() { Storage = folder.Length > 3 ? WeightStorage.Dense : WeightStorage.AsMarked }; "
        + "LanguageModel net = CausalModel.Load<Packed>(folder, device, given); net.Merge();")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    private static string Program(string statements) => $$"""
        [LowRank(8), Quantized(4)]
        public sealed partial class Packed(int a, int b, bool c = false) : Linear(a, b, c), ILinear<Packed>
        {
            public static Packed Create(int inFeatures, int outFeatures, bool bias) => new(inFeatures, outFeatures, bias);
        }
        [LowRank(8)]
        public sealed partial class Plain(int a, int b, bool c = false) : Linear(a, b, c), ILinear<Plain>
        {
            public static Plain Create(int inFeatures, int outFeatures, bool bias) => new(inFeatures, outFeatures, bias);
        }
        public static class Opener<T> where T : Linear, ILinear<T>
        {
            public static LanguageModel Open(string folder, ComputeDevice device) => CausalModel.Load<T>(folder, device);
        }
        public class User
        {
            private readonly LanguageModel _packed = CausalModel.Load<Packed>("a", null!);
            private readonly LanguageModel _plain = CausalModel.Load<Plain>("a", null!);
            private static LanguageModel Open<T>(string folder, ComputeDevice device) where T : Linear, ILinear<T> => CausalModel.Load<T>(folder, device);
            public void Run(string folder, ComputeDevice device)
            {
                {{statements}}
            }
        }
        """;
}
