using AdapterToolkit.Formats;
using AdapterToolkit.Models.Llama;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using BenchmarkDotNet.Attributes;

namespace AdapterToolkit.Benchmarks.Kernels;

/// <summary>Causal grouped-query attention, forward and backward, on the CPU device.</summary>
public class AttentionBenchmarks : CpuBenchmark
{
    private SequenceContext _context = null!;
    private Tensor _query = null!;
    private Tensor _key = null!;
    private Tensor _value = null!;
    private Tensor _result = null!;
    private Tensor _logSumExp = null!;

    /// <summary>The shape of the model.</summary>
    [Params("smollm2", "sample")]
    public string Model { get; set; } = "";

    /// <summary>Makes the operands. The result serves as its own gradient.</summary>
    [GlobalSetup]
    public void Setup()
    {
        ModelShape shape = ModelShape.Named(Model);
        LlamaConfig config = shape.Config;
        int rows = shape.Batch * shape.Sequence;
        RotaryTable rotary = new(Device, shape.Sequence, RotaryFrequencies.Compute(config.HeadDim, config.RotaryBase, scaling: null));
        _context = new SequenceContext(new TokenIds(shape.Batch, shape.Sequence, new int[rows]), rotary);
        _query = RandomValues.Matrix(Device, rows, config.Heads * config.HeadDim);
        _key = RandomValues.Matrix(Device, rows, config.KeyValueHeads * config.HeadDim);
        _value = RandomValues.Matrix(Device, rows, config.KeyValueHeads * config.HeadDim);
        _result = Op.CausalAttentionSaving(_query, _key, _value, _context, prefix: null, out _logSumExp);
    }

    /// <summary>The result.</summary>
    [Benchmark(Baseline = true)]
    public void Forward() => Op.CausalAttention(_query, _key, _value, _context).Release();

    /// <summary>The gradients of queries, keys and values.</summary>
    [Benchmark]
    public void Gradients()
    {
        (Tensor? query, Tensor? key, Tensor? value) = Op.CausalAttentionGradient(
            _result, _query, _key, _value, _result, _logSumExp, _context, prefix: null, queryActive: true, keyActive: true, valueActive: true);
        query?.Release();
        key?.Release();
        value?.Release();
    }
}
