using AdapterToolkit.CompilerServices;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;
using BenchmarkDotNet.Attributes;

namespace AdapterToolkit.Benchmarks.Kernels;

/// <summary>The emitted kernels of a linear layer, without adapter and with one of rank 8, on the CPU device.</summary>
public class LinearKernelBenchmarks : CpuBenchmark
{
    private FrozenLayer _frozen = null!;
    private AdaptedLayer _adapted = null!;
    private LowRankFactors _factors = null!;
    private LowRankTerms _terms = null!;
    private Tensor _x = null!;
    private Tensor _u = null!;
    private Tensor _y = null!;
    private Tensor _v = null!;
    private Tensor _dx = null!;

    /// <summary>Rows of the input.</summary>
    [Params(1, 512)]
    public int Rows { get; set; }

    /// <summary>Features of a row of the input.</summary>
    [Params(576)]
    public int InFeatures { get; set; }

    /// <summary>Features of a row of the output.</summary>
    [Params(1536)]
    public int OutFeatures { get; set; }

    /// <summary>Makes the layers and their operands. The output serves as its own gradient.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _adapted = AdaptedLayer.Random(Device, InFeatures, OutFeatures);
        _frozen = FrozenLayer.Sharing(_adapted.Weight);
        _factors = _adapted.AddFactors();
        _terms = LowRankTerms.Of(_factors);
        _x = RandomValues.Matrix(Device, Rows, InFeatures);
        _u = RandomValues.Matrix(Device, Rows, AdaptedLayer.Rank);
        _y = RandomValues.Matrix(Device, Rows, OutFeatures);
        _v = RandomValues.Matrix(Device, Rows, AdaptedLayer.Rank);
        _dx = RandomValues.Matrix(Device, Rows, InFeatures);
    }

    /// <summary>y = x Wᵀ.</summary>
    [Benchmark(Baseline = true)]
    public void Forward() => _frozen.Products.Forward(_x, _frozen.Weight, null, LowRankTerms.None, null, _y);

    /// <summary>y = x Wᵀ + s·u Bᵀ with u = x Aᵀ.</summary>
    [Benchmark]
    public void ForwardWithAdapter() => _adapted.Products.Forward(_x, _adapted.Weight, null, _terms, _u, _y);

    /// <summary>dx = dy W.</summary>
    [Benchmark]
    public void InputGradient() => _frozen.Products.InputGradient(_y, _frozen.Weight, LowRankTerms.None, null, _dx);

    /// <summary>dx = dy W + v A with v = s·dy B.</summary>
    [Benchmark]
    public void InputGradientWithAdapter() => _adapted.Products.InputGradient(_y, _adapted.Weight, _terms, _v, _dx);

    /// <summary>dA += vᵀ x and dB += s·dyᵀ u.</summary>
    [Benchmark]
    public void FactorGradients() => _adapted.Products.FactorGradients(_x, _y, _u, _v, _terms, Pass.Active);

    /// <summary>W += s·BA, and back.</summary>
    [Benchmark]
    public void MergeAndUnmerge()
    {
        _adapted.Products.Merge(_adapted.Weight, _factors, 1);
        _adapted.Products.Merge(_adapted.Weight, _factors, -1);
    }
}
