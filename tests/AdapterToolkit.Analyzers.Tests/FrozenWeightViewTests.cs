using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0103: writes through spans, references and copies, and what is loaded again.</summary>
public sealed class FrozenWeightViewTests
{
    [Theory]
    [InlineData("{|ADT0103:Zero(Layer.Weight.Data.Span)|};")]
    [InlineData("{|ADT0103:Scale(Layer.Weight.Data.Span, 0.5f)|};")]
    [InlineData("{|ADT0103:Bump(ref Layer.Weight.Data.Span[0])|};")]
    [InlineData("ref float first = ref Layer.Weight.Data.Span[0]; {|ADT0103:first = 2|};")]
    [InlineData("foreach (ref float v in Layer.Weight.Data.Span) {|ADT0103:v *= 0.9f|};")]
    [InlineData("Span<byte> bytes = MemoryMarshal.AsBytes(Layer.Weight.Data.Span); {|ADT0103:stream.ReadExactly(bytes)|};")]
    [InlineData("{|ADT0103:MemoryMarshal.Cast<float, int>(Layer.Weight.Data.Span)[0] = 3|};")]
    [InlineData("{|ADT0103:Layer.Weight.Data.Span.Clear()|};")]
    [InlineData("{|ADT0103:Layer.Weight.Data.Span.Slice(0, 3).Fill(1)|};")]
    [InlineData("{|ADT0103:Layer.Weight.Data.Span[..3].Fill(1)|};")]
    [InlineData("{|ADT0103:Layer.Weight.Data.Span.Reverse()|};")]
    [InlineData("{|ADT0103:Layer.Weight.Data.Span.Sort()|};")]
    [InlineData("{|ADT0103:random.FillGaussian(Layer.Weight.Data.Span, 1)|};")]
    [InlineData("{|ADT0103:new Random(3).Shuffle(Layer.Weight.Data.Span)|};")]
    [InlineData("{|ADT0103:numbers.CopyTo(Layer.Weight.Data.Span)|};")]
    [InlineData("{|ADT0103:numbers.AsSpan(0, 3).TryCopyTo(Layer.Weight.Data.Span)|};")]
    [InlineData("Tensor y = Layer.Weight.Data; {|ADT0103:y.Span[0] = 1|};")]
    [InlineData("FrozenWeight w = Layer.Weight; {|ADT0103:w.Data.Clear()|};")]
    [InlineData("foreach (FrozenWeight w in Layer.FrozenWeights) {|ADT0103:w.Data.Clear()|};")]
    [InlineData("foreach (FrozenWeight w in model.LinearLayers.SelectMany(l => l.FrozenWeights)) {|ADT0103:w.Data.Clear()|};")]
    [InlineData("foreach (Linear l in model.LinearLayers) {|ADT0103:l.Weight.Data.CopyFrom(numbers)|};")]
    [InlineData("{|ADT0103:Layer.Weight.Data.CopyFrom(other.LinearLayers.First().Weight.ToArray())|};")]
    [InlineData("foreach ((Linear to, Linear from) in model.LinearLayers.Zip(other.LinearLayers)) {|ADT0103:to.Weight.Data.CopyFrom(from.Weight.ToArray())|};")]
    [InlineData("{|ADT0103:Layer.Bias!.Data.Clear()|};")]
    [InlineData("{|ADT0103:Layer.Bias!.Data.Span[0]++|};")]
    [InlineData("{|ADT0103:Layer.Weight.Data.Span[0]--|};")]
    [InlineData("{|ADT0103:++Layer.Weight.Data.Span[0]|};")]
    [InlineData("System.Threading.Tasks.Parallel.For(0, 3, i => {|ADT0103:Layer.Weight.Data.Span[i] = 0|});")]
    [InlineData("{|ADT0103:(Layer.Weight.Data.Span[0], Layer.Weight.Data.Span[1]) = (1f, 2f)|};")]
    [InlineData("{|ADT0103:Layer.Weight.Data.Span[^1] = 0|};")]
    [InlineData("Span<float> s = numbers; s[0] = 1; s = Layer.Weight.Data.Span; {|ADT0103:s[0] = 1|};")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("float n = Norm(Layer.Weight.Data.Span);")]
    [InlineData("foreach (float v in Layer.Weight.Data.Span) Console.WriteLine(v);")]
    [InlineData("ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(Layer.Weight.Data.Span); stream.Write(bytes);")]
    [InlineData("stream.Write(MemoryMarshal.AsBytes(Layer.Weight.Data.Span));")]
    [InlineData("Layer.Weight.Data.Span.CopyTo(numbers);")]
    [InlineData("float[] w = new float[16]; Layer.Weight.CopyTo(w); Array.Copy(numbers, w, 16); Buffer.BlockCopy(numbers, 0, w, 0, 4);")]
    [InlineData("Tensor y = Layer.Weight.ToTensor(); y.Span[0] = 1;")]
    [InlineData("foreach (Linear l in model.LinearLayers) l.Weight.Load(device, Read(stream));")]
    [InlineData("Layer.Weight.Load(device, numbers); float[] a = Layer.Forward(x).ToArray();")]
    [InlineData("Layer.Weight.Load(device, numbers); Tensor y1 = Layer.Forward(x); Layer.Weight.Dispose(); Layer.Weight.Load(device, numbers);")]
    [InlineData("""
        Projection l = new(8, 8);
        l.Weight.Load(device, numbers);
        Tensor y = l.Forward(x);
        Projection m = new(8, 8);
        m.Weight.Load(device, numbers);
        Assert.Equal(y, m.Forward(x));
        """)]
    [InlineData("for (int i = 0; i < 3; i++) { Projection l = new(8, 8); l.Weight.Load(device, numbers); Tensor y = l.Forward(x); }")]
    [InlineData("Layers[0].Weight.Load(device, numbers); Layers[1].Weight.Load(device, numbers);")]
    [InlineData("foreach (Projection p in Layers) { p.Weight.Load(device, numbers); p.Bias?.Load(device, numbers); }")]
    [InlineData("float a = Layer.Weight.Data.Span[0]; a += 1;")]
    [InlineData("Layer.Factors!.A.Value.Span[0] = 1;")]
    [InlineData("Memory<float> memory = new float[3]; Layer.Weight.Data.Span.CopyTo(memory.Span);")]
    [InlineData("Span<float> s = Layer.Weight.Data.Span; s = numbers; s[0] = 1;")]
    [InlineData("float[] w = Layer.Weight.Data.Span.ToArray(); w[0] = 0;")]
    [InlineData("var w = Layer.Weight.Data.Span.ToArray().AsSpan(); w.Fill(0);")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    private static string Program(string statements) => $$"""
        using System.IO; using System.Runtime.InteropServices; using System.Runtime.CompilerServices; using System.Buffers;
        [LowRank(2)] public partial class Projection(int a, int b) : Linear(a, b);
        public class User(Projection layer)
        {
            private Projection Layer { get; } = layer;
            private IReadOnlyList<Projection> Layers { get; } = [];
            public void Run(ComputeDevice device, float[] numbers, Tensor x, Trainer trainer, IEnumerable<TrainingBatch> batches,
                LanguageModel model, LanguageModel other, Stream stream, RandomSequence random)
            {
                {{statements}}
            }
            private static void Overwrite(Tensor tensor) => tensor.Clear();
            private static void Zero(Span<float> span) { for (int i = 0; i < span.Length; i++) span[i] = 0; }
            private static void Scale(Span<float> span, float s) { foreach (ref float v in span) v *= s; }
            private static float Norm(ReadOnlySpan<float> span) { float s = 0; foreach (float v in span) s += v * v; return s; }
            private static void Bump(ref float v) => v += 1;
            private static float[] Read(Stream s) => new float[3];
        }
        """;
}
