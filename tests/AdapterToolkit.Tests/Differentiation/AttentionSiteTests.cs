using AdapterToolkit.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Adapters;
using AdapterToolkit.Tests.Differentiation.Models;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Differentiation;

/// <summary>Each attention of a tree of modules has a site, at which a pass gives what stands before the sequences.</summary>
[Trait("Device", "cpu")]
public sealed class AttentionSiteTests : IDisposable
{
    private const int Features = Adapted.Features, Rows = 5;

    /// <summary>The sites of <see cref="AttentionTree"/>: the root's, the branching module's four, the shared one's, the looped one's, its layers'.</summary>
    private const int Sites = 9;

    private readonly CpuDevice _device = new(threads: 1);
    private readonly AttentionTree _tree = new();
    private readonly VirtualTokens[] _tokens;
    private readonly SequenceContext _context;
    private readonly float[] _x = Random(1, Rows * Features);

    public AttentionSiteTests()
    {
        foreach (FrozenWeight weight in _tree.SelfAndDescendants.SelectMany(part => part.FrozenWeights).Distinct())
            weight.Load(_device, Random(weight.Shape.Elements, weight.Shape.Elements));
        _tokens = [.. Enumerable.Range(0, Sites).Select(site => new VirtualTokens(NewParameter(2 * site, 2), NewParameter((2 * site) + 1, 2)))];
        _context = new SequenceContext(
            new TokenIds(new int[Rows], [3, 2]), new RotaryTable(_device, Rows, RotaryFrequencies.Compute(Features / 3, 10_000, null)));
    }

    public void Dispose()
    {
        foreach (FrozenWeight weight in _tree.SelfAndDescendants.SelectMany(part => part.FrozenWeights).Distinct())
            weight.Dispose();
        foreach (Parameter parameter in Parameters)
            parameter.Dispose();
        _context.Dispose();
        _context.Rotary.Dispose();
        Assert.Equal(0, _device.HeldBytes);
        _device.Dispose();
    }

    private IEnumerable<Parameter> Parameters => _tokens.SelectMany(own => (Parameter[])[own.Key, own.Value]);

    [Fact]
    public void Sites_are_numbered_in_the_order_of_the_modules_each_module_once()
    {
        _tree.NameTree("");
        Assert.Equal([0], _tree.AttentionSites);
        Assert.Equal([1, 2, 3, 4], _tree.Branching.AttentionSites);
        Assert.Equal([5], _tree.Shared.AttentionSites);
        Assert.Equal([6], _tree.Looped.AttentionSites);
        Assert.Equal([7], _tree.Looped.Layers[0].AttentionSites);
        Assert.Equal([8], _tree.Looped.Layers[1].AttentionSites);
        Assert.Equal(Sites, _tree.SelfAndDescendants.Distinct().Sum(module => module.AttentionSites.Count()));
        Assert.Empty(new DerivedWithoutAttention().AttentionSites);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 3)]
    public void A_run_asks_at_the_site_of_each_attention_that_it_comes_to(bool first, int inBranch)
    {
        _tree.NameTree("");
        _tree.Branching.First = first;
        GivenPrefixes prefixes = new(site => [_tokens[site]]);
        using Tensor x = NewX();
        _tree.Evaluate(x, _context, new Pass(prefixes)).Release();
        Assert.Equal([7, 8, 6, 6, 6, 5, 5, inBranch, 4, 5, 0], prefixes.Asked);
    }

    /// <summary>What stands at a site is what the operator at that call is given: each site alone changes the result, and is given gradients.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradients_at_every_site_are_finite_differences(bool first)
    {
        _tree.NameTree("");
        _tree.Branching.First = first;
        Pass pass = new(new GivenPrefixes(site => [_tokens[site]]));
        float[]? xGradient = Run(pass, xActive: true);
        FiniteDifferences.Assert(
            moved =>
            {
                using Tensor at = Tensor.From(_device, new Shape(Rows, Features), moved);
                return Loss(at, pass);
            },
            _x, xGradient!, "dx");
        CheckTokens(pass, [1, first ? 3 : 2]);
    }

    [Fact]
    public void Tokens_train_where_nothing_else_does()
    {
        _tree.NameTree("");
        Pass pass = new(new GivenPrefixes(site => site == 7 ? [_tokens[site]] : []));
        Assert.Null(Run(pass, xActive: false));
        CheckTokens(pass, [.. Enumerable.Range(0, Sites).Where(site => site != 7)]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Recomputation_sees_the_same_sites(bool xActive)
    {
        _tree.NameTree("");
        Pass pass = new(new GivenPrefixes(site => [_tokens[site]]));
        float[]? kept = Run(pass, xActive);
        float[]?[] expected = [.. Parameters.Select(parameter => parameter.Gradient?.ToArray())];
        foreach (Module module in _tree.SelfAndDescendants)
            module.RecomputesForward = true;
        Assert.Equal(kept, Run(pass, xActive));
        Assert.Equal(expected, Parameters.Select(parameter => parameter.Gradient?.ToArray()));
    }

    [Fact]
    public void Without_tokens_nothing_is_saved_and_results_are_those_of_forward()
    {
        _tree.NameTree("");
        using Tensor x = NewX();
        using Tensor y = _tree.ForwardSaving(x, false, _context, new Pass(new GivenPrefixes(_ => [])), out ForwardRecord? record);
        Assert.Null(record);
        using TensorScope scope = new();
        Assert.Equal(_tree.Forward(x, _context).ToArray(), y.ToArray());
    }

    [Fact]
    public void A_site_costs_no_memory_where_nothing_stands_there()
    {
        _tree.NameTree("");
        SiteReader reader = new(_tree);
        Assert.Null(reader.Read(new Pass((IAdapterWeights?)null)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass pass = Pass.Active;
        for (int i = 0; i < 1000; i++)
            Assert.True(reader.Read(pass) is null);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_tree_without_numbers_is_refused()
    {
        using PlannedCall call = new();
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() =>
            _tree.Evaluate(NewX(), _context, new Pass(new GivenPrefixes(site => [_tokens[site]]))));
        Assert.Contains("no numbers before it is loaded", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_of_the_adapter_in_use_are_what_its_module_trains()
    {
        GivenPrefixes prefixes = new(site => [_tokens[site]]);
        _tree.AdapterWeights = prefixes;
        _tree.NameTree("");
        Assert.Equal([_tokens[0].Key, _tokens[0].Value], _tree.Parameters);
        Assert.Equal(Parameters.ToHashSet(), _tree.SelfAndDescendants.SelectMany(module => module.Parameters).ToHashSet());
        using Tensor x = NewX();
        using Tensor active = _tree.Evaluate(x, _context), given = _tree.Evaluate(x, _context, new Pass(prefixes));
        Assert.Equal(given.ToArray(), active.ToArray());
    }

    private static float[] Random(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    private Parameter NewParameter(int seed, int tokens) =>
        new(Tensor.From(_device, new Shape(tokens, Features), Random(100 + seed, tokens * Features)), $"tokens {seed}");

    private Tensor NewX() => Tensor.From(_device, new Shape(Rows, Features), _x);

    private double Loss(Tensor x, Pass pass)
    {
        using Tensor y = _tree.Evaluate(x, _context, pass);
        return y.ToArray().Select((value, i) => value * Math.Sin(i + 1)).Sum();
    }

    /// <summary>Runs forward and backward; the gradient of the input, where it has one.</summary>
    private float[]? Run(Pass pass, bool xActive)
    {
        foreach (Parameter parameter in Parameters)
            parameter.ClearGradient();
        using Tensor x = NewX();
        using Tensor y = _tree.ForwardSaving(x, xActive, _context, pass, out ForwardRecord? record);
        using Tensor gradient = Tensor.From(_device, y.Shape, [.. Enumerable.Range(0, y.Shape.Elements).Select(i => (float)Math.Sin(i + 1))]);
        _tree.Backward(gradient, record!, out Tensor? xGradient);
        record!.Release();
        float[]? result = xGradient?.ToArray();
        xGradient?.Release();
        return result;
    }

    private void CheckTokens(Pass pass, int[] unused)
    {
        using Tensor x = NewX();
        for (int site = 0; site < Sites; site++)
        {
            foreach (Parameter parameter in (Parameter[])[_tokens[site].Key, _tokens[site].Value])
            {
                float[] point = parameter.Value.ToArray();
                if (unused.Contains(site))
                {
                    Assert.Null(parameter.Gradient);
                    continue;
                }

                FiniteDifferences.Assert(
                    moved =>
                    {
                        parameter.Value.CopyFrom(moved);
                        return Loss(x, pass);
                    },
                    point, parameter.Gradient!.ToArray(), $"the gradient at site {site}");
                parameter.Value.CopyFrom(point);
            }
        }
    }

    /// <summary>Asks for what stands at a site as an emitted companion does.</summary>
    private sealed class SiteReader : Module
    {
        private readonly Module _tree;

        public SiteReader(Module tree)
        {
            _tree = tree;
            NameTree("");
        }

        public override IEnumerable<ModuleChild> Children => [new("tree", _tree)];

        protected override int OwnAttentions => 1;

        public AttentionPrefix? Read(Pass pass) => PrefixAt(pass, 0);
    }
}
