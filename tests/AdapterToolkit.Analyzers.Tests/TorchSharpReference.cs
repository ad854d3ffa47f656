using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>An assembly with the part of TorchSharp's API that the rules know, so that tests need no native library.</summary>
internal static class TorchSharpReference
{
    private const string Source = """
        using System;
        using System.Collections.Generic;

        namespace TorchSharp
        {
            public class Scalar
            {
                public static implicit operator Scalar(double value) => new();
                public static implicit operator Scalar(float value) => new();
                public static implicit operator Scalar(int value) => new();
            }

            public static class torch
            {
                public class Tensor : IDisposable
                {
                    public bool requires_grad { get; set; }
                    public Tensor grad { get; set; }
                    public Tensor T => null;
                    public Tensor mT => null;
                    public long[] shape => null;
                    public Tensor t() => null;
                    public Tensor transpose(long dim0, long dim1) => null;
                    public Tensor matmul(Tensor target) => null;
                    public Tensor mm(Tensor target) => null;
                    public Tensor mv(Tensor target) => null;
                    public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => null;
                    public Tensor mul(Tensor target) => null;
                    public Tensor mul(Scalar target) => null;
                    public Tensor mul_(Scalar target) => null;
                    public Tensor add(Tensor target) => null;
                    public Tensor add_(Tensor target) => null;
                    public Tensor sub(Tensor target) => null;
                    public Tensor copy_(Tensor source, bool nonBlocking = false) => null;
                    public Tensor clone() => null;
                    public Tensor detach() => null;
                    public Tensor contiguous() => null;
                    public Tensor cpu() => null;
                    public Tensor requires_grad_(bool requires_grad = true) => null;
                    public void retain_grad() { }
                    public Tensor norm() => null;
                    public Tensor abs() => null;
                    public Tensor max() => null;
                    public T item<T>() => default;
                    public Tensor relu() => null;
                    public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) => false;
                    public void backward() { }
                    public void Dispose() { }
                    public static Tensor operator +(Tensor left, Tensor right) => null;
                    public static Tensor operator -(Tensor left, Tensor right) => null;
                    public static Tensor operator -(Tensor tensor) => null;
                    public static Tensor operator *(Tensor left, Tensor right) => null;
                    public static Tensor operator *(Tensor left, double right) => null;
                    public static Tensor operator *(double left, Tensor right) => null;
                    public static Tensor operator *(Tensor left, float right) => null;
                    public static Tensor operator *(float left, Tensor right) => null;
                    public static Tensor operator /(Tensor left, double right) => null;
                }

                public static Tensor matmul(Tensor input, Tensor target) => null;
                public static Tensor mm(Tensor input, Tensor target) => null;
                public static Tensor addmm(Tensor input, Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => null;
                public static Tensor einsum(string equation, params Tensor[] tensors) => null;
                public static Tensor t(Tensor input) => null;
                public static Tensor mul(Tensor left, Tensor right) => null;
                public static Tensor add(Tensor left, Tensor right) => null;
                public static bool allclose(Tensor tensor, Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) => false;
                public static Tensor zeros(long rows, long columns, bool requires_grad = false) => null;
                public static Tensor zeros(long[] size, bool requires_grad = false) => null;
                public static Tensor randn(long rows, long columns, bool requires_grad = false) => null;
                public static Tensor randn(long[] size, bool requires_grad = false) => null;
                public static Tensor empty(long rows, long columns, bool requires_grad = false) => null;
                public static Tensor cat(IList<Tensor> tensors, long dim = 0) => null;

                public static class autograd
                {
                    public static IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor> grad_outputs = null) => null;
                }

                public static class nn
                {
                    public class Module : IDisposable
                    {
                        public virtual IEnumerable<Modules.Parameter> parameters(bool recurse = true) => null;
                        public virtual void register_parameter(string name, Modules.Parameter param) { }
                        public void Dispose() { }
                    }

                    public abstract class Module<T1, TResult> : Module
                    {
                        protected Module(string name) { }
                        public abstract TResult forward(T1 input);
                        public TResult call(T1 input) => default;
                    }

                    public static Modules.Linear Linear(long inputSize, long outputSize, bool hasBias = true) => null;
                    public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => null;

                    public static class functional
                    {
                        public static Tensor linear(Tensor input, Tensor weights, Tensor bias = null) => null;
                        public static Tensor dropout(Tensor input, double p = 0.5) => null;
                        public static Tensor mse_loss(Tensor input, Tensor target) => null;
                        public static Tensor silu(Tensor x) => null;
                    }

                    public static class init
                    {
                        public static Tensor zeros_(Tensor tensor) => null;
                        public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1) => null;
                        public static Tensor kaiming_uniform_(Tensor tensor, double a = 0) => null;
                    }
                }

                public static class optim
                {
                    public abstract class Optimizer
                    {
                        public void step() { }
                        public void zero_grad() { }
                    }

                    public static Modules.AdamW AdamW(IEnumerable<Modules.Parameter> parameters, double lr = 0.001) => null;
                    public static Modules.SGD SGD(IEnumerable<Modules.Parameter> parameters, double learningRate) => null;
                }
            }

            namespace Modules
            {
                public class Parameter : torch.Tensor
                {
                    public Parameter(torch.Tensor data, bool requires_grad = true) { }
                }

                public class Linear : torch.nn.Module<torch.Tensor, torch.Tensor>
                {
                    public Linear() : base("") { }
                    public Parameter weight { get; set; }
                    public Parameter bias { get; set; }
                    public override torch.Tensor forward(torch.Tensor input) => null;
                }

                public class AdamW : torch.optim.Optimizer { }

                public class SGD : torch.optim.Optimizer { }
            }
        }
        """;

    private static readonly Lazy<MetadataReference> s_value = new(Compile);

    /// <summary>The assembly.</summary>
    public static MetadataReference Value => s_value.Value;

    private static MetadataReference Compile()
    {
        CSharpCompilation compilation = CSharpCompilation.Create("TorchSharp", [CSharpSyntaxTree.ParseText(Source)], Net100.References.All, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using MemoryStream image = new();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(image);
        if (!result.Success)
            throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
        return MetadataReference.CreateFromImage(image.ToArray());
    }
}
