namespace AdapterToolkit.Analyzers.Tests;

/// <summary>A program with low-rank layers as people write them with TorchSharp.</summary>
internal static class TorchSource
{
    /// <summary>The program.</summary>
    /// <param name="statements">The body of one of its methods.</param>
    public static string Program(string statements) => $$"""
        public class Lora : Module<Tensor, Tensor>
        {
            public readonly Parameter weight, lora_A, lora_B;
            public Lora(int inFeatures, int outFeatures, int rank) : base("lora")
            {
                weight = new Parameter(randn(outFeatures, inFeatures), requires_grad: false);
                lora_A = new Parameter(randn(rank, inFeatures));
                lora_B = new Parameter(zeros(outFeatures, rank));
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => functional.linear(x, weight) + functional.linear(functional.linear(x, lora_A), lora_B);
            public void merge() { using (no_grad()) weight.add_(matmul(lora_B, lora_A)); }
        }
        public class LoraLinear : Module<Tensor, Tensor>
        {
            private readonly Linear _base; private readonly Linear _down, _up; private readonly double _scale;
            public Linear Base => _base;
            public LoraLinear(Linear layer, long rank, double alpha = 16) : base(nameof(LoraLinear))
            {
                _base = layer;
                _base.weight.requires_grad = false;
                if (_base.bias is not null) _base.bias.requires_grad_(false);
                _down = Linear(layer.weight.shape[1], rank, hasBias: false);
                _up = Linear(rank, layer.weight.shape[0], hasBias: false);
                init.zeros_(_up.weight); init.kaiming_uniform_(_down.weight, Math.Sqrt(5));
                _scale = alpha / rank;
                RegisterComponents();
            }
            public override Tensor forward(Tensor x) => _base.forward(x) + _up.forward(_down.forward(x)) * _scale;
            public IEnumerable<Parameter> LoraParameters()
            {
                foreach (var p in _down.parameters()) yield return p;
                foreach (var p in _up.parameters()) yield return p;
            }
        }
        public class Net : Module<Tensor, Tensor>
        {
            public readonly Lora first, second; public readonly Linear head;
            public Net() : base("net") { first = new Lora(64, 64, 8); second = new Lora(64, 64, 8); head = Linear(64, 10); RegisterComponents(); }
            public override Tensor forward(Tensor x) => head.forward(second.forward(first.forward(x)));
        }
        public class Program
        {
            private static void Run(Lora layer, IReadOnlyList<Lora> layers, LoraLinear wrapped, Net net, Linear other,
                Tensor x, Tensor y, bool flag, Optimizer given, int epoch)
            {
                {{statements}}
            }
            private static void Thaw(Parameter parameter) => parameter.requires_grad = true;
            private static IEnumerable<Parameter> Trainable(Module m) => m.parameters().Where(p => p.requires_grad);
            private static IEnumerable<Parameter> Both(Lora l) { yield return l.lora_A; yield return l.lora_B; }
            private static IEnumerable<Parameter> All(Lora l) { yield return l.lora_A; yield return l.weight; }
            private static Parameter[] AllOf(Lora l) => [l.lora_A, l.lora_B, l.weight];
        }
        public class Optimizer { }
        """;
}
