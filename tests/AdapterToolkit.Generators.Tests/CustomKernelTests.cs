using System.Reflection;
using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Shared;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>The operator with a kernel of its own that the documentation of <see cref="CustomKernels"/> shows, as a program has it.</summary>
public sealed class CustomKernelTests
{
    private const string Start = "<code><![CDATA[", End = "]]></code>";

    private const string Model = """
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Tensors;

        namespace Example;

        /// <summary>A layer.</summary>
        [LowRank(2)]
        public sealed partial class Projection(int features) : Linear(features, features);

        /// <summary>A model.</summary>
        [AdapterModel]
        public sealed partial class Squared
        {
            /// <summary>The layer.</summary>
            [Checkpoint("layer")]
            public Projection Layer { get; } = new(4);

            /// <summary>Runs the model.</summary>
            public Tensor Forward(Tensor x) => Squares.Square(Layer.Forward(x));
        }
        """;

    private static string Example
    {
        get
        {
            string file = File.ReadAllText(Path.Combine(SolutionFolder.Find(), "src", "AdapterToolkit", "Tensors", $"{nameof(CustomKernels)}.cs"));
            int start = file.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
            string[] lines = file[start..file.IndexOf(End, StringComparison.Ordinal)].Split('\n');
            return string.Join('\n', lines.Select(line => line.StartsWith("/// ", StringComparison.Ordinal) ? line[4..] : line.TrimStart('/')));
        }
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("debug")]
    public void The_documented_operator_runs(string identifier)
    {
        CSharpCompilation compilation = GeneratorRun.Compile(Example);
        using MemoryStream image = new();
        EmitResult emitted = compilation.Emit(image, cancellationToken: TestContext.Current.CancellationToken);
        Assert.DoesNotContain(emitted.Diagnostics, found => found.Severity == DiagnosticSeverity.Error);
        MethodInfo square = Assembly.Load(image.ToArray()).GetType("Squares", throwOnError: true)!.GetMethod("Square")!;

        using ComputeDevice device = ComputeDevice.Parse(identifier);
        float[] numbers = [.. Enumerable.Range(-20, 41)];
        using Tensor x = Tensor.From(device, new Shape(numbers.Length), numbers);
        using Tensor result = square.CreateDelegate<Func<Tensor, Tensor>>()(x);
        Assert.Equal(numbers.Select(number => number * number), result.ToArray());
    }

    [Fact]
    public void The_documented_operator_stands_in_a_model() =>
        Assert.DoesNotContain(GeneratorRun.Check(Example, Model), diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
}
