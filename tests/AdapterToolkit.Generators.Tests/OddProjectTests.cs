using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>Emitted code compiles without a warning in projects that are made to break it.</summary>
public sealed class OddProjectTests
{
    /// <summary>The file that the SDK adds where implicit usings are on.</summary>
    private const string ImplicitUsings = """
        global using global::System;
        global using global::System.Collections.Generic;
        global using global::System.IO;
        global using global::System.Linq;
        global using global::System.Net.Http;
        global using global::System.Threading;
        global using global::System.Threading.Tasks;
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PublicClassesWithOrWithoutImplicitUsings(bool implicitUsings)
    {
        const string source = """
            using AdapterToolkit.Operators;

            namespace Users.Models
            {
                /// <summary>A layer.</summary>
                [AdapterToolkit.LowRank(2)]
                public sealed partial class Adapted() : AdapterToolkit.Modules.Linear(8, 8);

                /// <summary>A model that classes may derive from.</summary>
                [AdapterToolkit.AdapterModel]
                public partial class Model
                {
                    /// <summary>The layers.</summary>
                    public System.Collections.Generic.IReadOnlyList<Adapted> Layers { get; } = [new(), new()];

                    /// <summary>Runs the model.</summary>
                    /// <param name="x">The input.</param>
                    /// <param name="count">How many layers run.</param>
                    public AdapterToolkit.Tensors.Tensor Forward(AdapterToolkit.Tensors.Tensor x, int count = 2)
                    {
                        for (int i = 0; i < count; i++)
                            x += Layers[i].Forward(x);
                        return x;
                    }
                }
            }
            """;
        AssertClean(implicitUsings ? [ImplicitUsings, source] : [source]);
    }

    [Fact]
    public void NestedTypesInNamespacesThatHideOthers() => AssertClean("""
        using Toolkit = AdapterToolkit.Operators.Op;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;
        using Number = System.Single;

        namespace Users.System
        {
            internal static class Console;

            internal static class Linq;

            internal sealed class Tensor;

            internal partial class Outer<T, @in>
                where T : class, new()
                where @in : struct
            {
                internal partial struct @struct<TKey>
                {
                    [global::AdapterToolkit.LowRank(2)]
                    private sealed partial class Layer() : Linear(8, 8);

                    [global::AdapterToolkit.AdapterModel]
                    private sealed partial class Model
                    {
                        private readonly Layer _first = new();

                        internal Layer? Second { get; init; }

                        internal global::AdapterToolkit.Tensors.Tensor Forward(global::AdapterToolkit.Tensors.Tensor @class)
                        {
                            Number scale = 2;
                            var y = Toolkit.Silu(_first.Forward(@class)) * scale;
                            if (Second is not null)
                                y = Second.Forward(y);
                            return y;
                        }
                    }
                }
            }
        }
        """);

    [Fact]
    public void NamesThatAreKeywords() => AssertClean("""
        namespace @namespace.@event
        {
            internal partial interface @interface
            {
                [global::AdapterToolkit.LowRank(2)]
                internal sealed partial class @class() : global::AdapterToolkit.Modules.Linear(8, 8);
            }

            [global::AdapterToolkit.AdapterModel]
            internal sealed partial class @base
            {
                internal @interface.@class @this { get; } = new();

                internal global::AdapterToolkit.Tensors.Tensor Forward(global::AdapterToolkit.Tensors.Tensor @params, int @int = 2)
                {
                    for (int @for = 0; @for < @int; @for++)
                        @params = @this.Forward(@params);
                    return @params;
                }
            }
        }
        """);

    [Fact]
    public void NamesThatEmittedCodeWouldTake() => AssertClean("""
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        [LowRank(2)]
        internal sealed partial class Layer() : Linear(8, 8);

        [AdapterModel]
        internal sealed partial class Names
        {
            public Layer First { get; } = new();

            public Layer Output { get; } = new();

            public int SavedValues { get; set; }

            public int SavedInputs { get; set; }

            public Tensor Forward(Tensor record, Tensor gradient, Tensor saved, bool recordActive, int inputs)
            {
                int firstOutput = inputs, i = 0;
                Tensor sum = First.Forward(record) * gradient + saved;
                while (i++ < firstOutput && recordActive)
                {
                    Tensor xActive = Output.Forward(sum), result = Op.Silu(xActive);
                    sum = result * sum;
                }

                return sum - record;
            }
        }
        """);

    [Fact]
    public void ExtensionsStaticImportsAndPatterns() => AssertClean("""
        using System.Collections.Generic;
        using System.Linq;
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;
        using static System.Math;
        using static Users.Helpers;

        namespace Users;

        internal enum Kind { Plain, Doubled }

        internal static class Helpers
        {
            public const float Half = 0.5f;

            public static float Largest(this IEnumerable<int> numbers, int least) => Max(least, numbers.Max());
        }

        [LowRank(2)]
        internal sealed partial class Layer() : Linear(8, 8);

        [AdapterModel]
        internal sealed partial class Model
        {
            public Layer Layer { get; } = new();

            public object? Choice { get; set; }

            public Tensor Forward(Tensor x, IReadOnlyList<int> sizes, Kind kind)
            {
                // A comment that must not swallow what follows.
                float factor = sizes.Where(size => size > 1 /* inner */).Select(size => size + x.Rows).Largest(least: 3) * Half;
                string text = $"{nameof(kind)}: {kind}, {x.Shape}";
                if (Choice is int number and > 3 && text.Length > number)
                    x = x * number;
                else if (kind is Kind.Doubled)
                    x = x + x;
                return Layer.Forward(x) * (float)Round(factor, 2);
            }
        }
        """);

    [Fact]
    public void ModelsThatDeriveFromModels() => AssertClean("""
        using AdapterToolkit;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;

        namespace Users;

        [LowRank(2)]
        internal sealed partial class Layer() : Linear(8, 8);

        internal abstract class Block : Module
        {
            public abstract Tensor Forward(Tensor x);

            public abstract Tensor ForwardSaving(Tensor x, bool xActive, AdapterToolkit.CompilerServices.Pass pass, out ForwardRecord? record);

            public abstract void Backward(Tensor gradient, ForwardRecord record, out Tensor? xGradient);
        }

        [AdapterModel]
        internal sealed partial class Plain : Block
        {
            public Layer Layer { get; } = new();

            public override Tensor Forward(Tensor x) => Layer.Forward(x);
        }

        [AdapterModel]
        internal sealed partial class Stack
        {
            public Block[] Blocks { get; } = [new Plain(), new Plain()];

            public Tensor Forward(Tensor x)
            {
                foreach (var block in Blocks)
                    x = block.Forward(x);
                return x;
            }
        }
        """);

    private static void AssertClean(params string[] sources)
    {
        string found = string.Join("\n", GeneratorRun.Check(sources));
        Assert.True(found.Length == 0, found);
    }
}
