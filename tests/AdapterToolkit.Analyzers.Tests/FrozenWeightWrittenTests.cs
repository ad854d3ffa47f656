using Xunit;
using Rule = AdapterToolkit.Analyzers.Tests.RuleTest<AdapterToolkit.Analyzers.Rules.TensorUseAnalyzer>;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>ADT0103.</summary>
public sealed class FrozenWeightWrittenTests
{
    [Theory]
    [InlineData("{|ADT0103:Layer.Weight.Data.CopyFrom(numbers)|};")]
    [InlineData("{|ADT0103:Layer.Weight.Data.Clear()|};")]
    [InlineData("Tensor w = Layer.Weight.Data; {|ADT0103:w.CopyFrom(numbers)|};")]
    [InlineData("{|ADT0103:Layer.Weight.Data.Span[0] = 1|};")]
    [InlineData("Span<float> w = Layer.Weight.Data.Span[..4]; {|ADT0103:w[0] = 2|};")]
    [InlineData("Span<float> w = Layer.Weight.Data.Span; for (int i = 0; i < w.Length; i++) {|ADT0103:w[i] *= 0.9f|};")]
    [InlineData("{|ADT0103:Layer.Weight.Data.Span.Fill(0)|};")]
    [InlineData("{|ADT0103:numbers.AsSpan().CopyTo(Layer.Weight.Data.Span)|};")]
    [InlineData("{|ADT0103:Overwrite(Layer.Weight.Data)|};")]
    [InlineData("foreach (TrainingStep step in trainer.Fit(batches)) {|ADT0103:Layer.Weight.Load(device, numbers)|};")]
    [InlineData("Tensor y = Layer.Forward(x); {|ADT0103:Layer.Weight.Load(device, numbers)|};")]
    [InlineData("Layer.Weight.Load(device, numbers); {|ADT0103:Layer.Weight.Load(device, numbers)|};")]
    [InlineData("for (int i = 0; i < 2; i++) { {|ADT0103:Layer.Weight.Load(device, numbers)|}; }")]
    [InlineData("foreach (Linear layer in Layers) { {|ADT0103:layer.Weight.Data.Clear()|}; }")]
    public Task Fires(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("Layer.Weight.Load(device, numbers);")]
    [InlineData("Layer.Weight.Load(device, numbers); foreach (TrainingStep step in trainer.Fit(batches)) Console.WriteLine(step);")]
    [InlineData("foreach (Linear layer in Layers) layer.Weight.Load(device, numbers);")]
    [InlineData("if (numbers.Length > 3) Layer.Weight.Load(device, numbers); else Layer.Weight.Load(device, numbers);")]
    [InlineData("Tensor w = Layer.Weight.ToTensor(); w.CopyFrom(numbers);")]
    [InlineData("float[] w = Layer.Weight.ToArray(); w[0] = 2; Layer.Weight.CopyTo(w);")]
    [InlineData("Layer.Factors!.A.Value.CopyFrom(numbers);")]
    [InlineData("Layer.Merge();")]
    [InlineData("List<FrozenWeight> held = [Layer.Weight]; held.Clear();")]
    [InlineData("Dictionary<FrozenWeight, int> held = new() { [Layer.Weight] = 1 }; held.Clear();")]
    [InlineData("float[] w = [.. Layer.Weight.Data.Span]; w[0] = 2;")]
    [InlineData("Span<float> w = [1f, .. Layer.Weight.Data.Span[..4]]; w.Fill(2);")]
    public Task IsSilent(string statements) => Rule.Check(Program(statements));

    [Theory]
    [InlineData("Layer.Weight.Data.CopyFrom(")]
    [InlineData("Layer.Weight.Data.Span[0] =")]
    public Task IsSilentOnBrokenCode(string statements) => Rule.CheckBroken(Program(statements));

    [Theory]
    [InlineData("private void Fold() => {|ADT0103:Layer.Weight.Data.CopyFrom([1f])|};", true)]
    [InlineData("private void Fold() => Layer.Weight.Data.CopyFrom((Layer.Weight.ToTensor() + Product).Span);", false)]
    [InlineData("private void Fold() => {|ADT0103:Layer.Weight.Data.CopyFrom((Layer.Weight.ToTensor() + Layer.Weight.ToTensor()).Span)|};", true)]
    [InlineData("private void Start() => Layer.Weight.Data.CopyFrom((Layer.Weight.ToTensor() - Product).Span);", false)]
    [InlineData("""
        private void Start(Func<float[], (float[] A, float[] B, float[] Left)> split)
        {
            (float[] a, float[] b, float[] rest) = split(Layer.Weight.ToArray());
            Layer.Factors!.A.Value.CopyFrom(a);
            Layer.Factors.B.Value.CopyFrom(b);
            Layer.Weight.Data.CopyFrom(rest);
        }
        """, false)]
    [InlineData("public Tensor Forward(Tensor x) { {|ADT0103:Layer.Weight.Load(x.Device, x.ToArray())|}; return Layer.Forward(x); }", true)]
    [InlineData("""
        public Tensor Forward(Tensor x) { {|ADT0103:Reload(x)|}; return Layer.Forward(x); }
        private void Reload(Tensor x) => Layer.Weight.Load(x.Device, x.ToArray());
        """, true)]
    [InlineData("public void Run(Tensor x) => Layer.Weight.Load(x.Device, x.ToArray());", false)]
    public Task DependsOnTheMethod(string members, bool fires)
    {
        Assert.Equal(fires, members.Contains("ADT0103", StringComparison.Ordinal));
        return Rule.Check($$"""
            [LowRank(2)] public partial class Projection(int a, int b) : Linear(a, b);

            [AdapterModel] public partial class User(Projection layer)
            {
                private Projection Layer { get; } = layer;

                {{members}}

                private Tensor Product => Times(Layer.Factors!.B.Value, Layer.Factors.A.Value);

                private static Tensor Times(Tensor left, Tensor right)
                {
                    Tensor result = Tensor.Zeros(left.Device, new Shape(left.Rows, right.Columns));
                    for (int i = 0; i < left.Rows; i++)
                        for (int j = 0; j < right.Columns; j++)
                            for (int k = 0; k < left.Columns; k++)
                                result.Span[i * right.Columns + j] += left.Span[i * left.Columns + k] * right.Span[k * right.Columns + j];
                    return result;
                }
            }
            """);
    }

    private static string Program(string statements) => $$"""
        [LowRank(2)] public partial class Projection(int a, int b) : Linear(a, b);

        public class User(Projection layer)
        {
            private Projection Layer { get; } = layer;

            private IReadOnlyList<Projection> Layers { get; } = [];

            public void Run(ComputeDevice device, float[] numbers, Tensor x, Trainer trainer, IEnumerable<TrainingBatch> batches)
            {
                {{statements}}
            }

            private static void Overwrite(Tensor tensor) => tensor.Clear();
        }
        """;
}
