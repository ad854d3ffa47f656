using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Modules;
using AdapterToolkit.Operators;
using AdapterToolkit.Tensors;
using AdapterToolkit.Tests.Support;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Differentiation;

/// <summary>Runs a model's forward pass and saves for its backward pass.</summary>
internal delegate Tensor SavingPass(Tensor[] inputs, bool[] active, out ForwardRecord? record);

/// <summary>
/// A model with random weights, adapters and inputs on the CPU device, whose loss is a weighted sum of its result. Every
/// check also asserts that the passes leave no tensor behind.
/// </summary>
internal sealed class DifferentiatedModel : IDisposable
{
    private const int Rows = 3;
    private const int Features = Models.Adapted.Features;

    private readonly ComputeDevice _device = ComputeDevice.Parse("cpu");
    private readonly RandomSequence _random = new(5);
    private readonly Module _module;
    private readonly Func<Tensor[], Tensor> _forward;
    private readonly Func<Tensor[], Tensor> _evaluate;
    private readonly SavingPass _save;
    private readonly Func<Tensor, ForwardRecord, Tensor?[]> _backward;
    private readonly float[][] _inputs;
    private readonly float[] _lossWeights;

    public DifferentiatedModel(
        Module module,
        int inputs,
        Func<Tensor[], Tensor> forward,
        Func<Tensor[], Tensor> evaluate,
        SavingPass save,
        Func<Tensor, ForwardRecord, Tensor?[]> backward,
        bool trainable = true)
    {
        _module = module;
        _forward = forward;
        _evaluate = evaluate;
        _save = save;
        _backward = backward;
        _ = new LowRankAdapter(module);
        if (trainable)
            module.NameTree("");
        foreach (FrozenWeight weight in module.SelfAndDescendants.SelectMany(part => part.FrozenWeights).Distinct())
            weight.Load(_device, Gaussian(weight.Shape.Elements, 0.5));
        _inputs = [.. Enumerable.Range(0, inputs).Select(_ => Gaussian(Rows * Features, 0.8))];
        _lossWeights = Gaussian(Rows * Features, 1);
    }

    public IReadOnlyList<Linear> Layers => [.. _module.SelfAndDescendants.OfType<Linear>().Distinct().Where(layer => layer.LowRank is not null)];

    private IReadOnlyList<Parameter> Parameters => [.. _module.SelfAndDescendants.SelectMany(part => part.Parameters).Distinct()];

    /// <summary>Gives some layers random factors, and takes those of the others away.</summary>
    public void Randomize(Func<Linear, bool> hasAdapter)
    {
        foreach (Linear layer in Layers)
        {
            layer.SetFactors(hasAdapter(layer)
                ? new LowRankFactors(_device, "layer", layer.LowRank!, 2, 3, false, Gaussian(2 * layer.InFeatures, 0.4), Gaussian(layer.OutFeatures * 2, 0.4))
                : null);
        }

        // Parameters that a layer makes at first use belong to the model, not to what a pass leaves behind.
        foreach (Parameter parameter in Parameters)
            parameter.AccumulatedGradient.Clear();
    }

    public float[] Evaluate()
    {
        Tensor[] inputs = OpenInputs();
        try
        {
            using Tensor result = _evaluate(inputs);
            return result.ToArray();
        }
        finally
        {
            Close(inputs);
        }
    }

    /// <summary>Asserts that the passes agree, and that all gradients are the derivatives of the loss.</summary>
    public void AssertGradients(bool[] inputActive)
    {
        long held = _device.HeldBytes;
        float[] expected = Forward();
        Assert.Equal(expected, Evaluate());
        float[]?[] inputGradients = Run(inputActive, expected);
        Assert.Equal(held, _device.HeldBytes);

        for (int i = 0; i < _inputs.Length; i++)
        {
            float[] input = _inputs[i];
            float[] point = [.. input];
            if (!inputActive[i])
                Assert.Null(inputGradients[i]);
            else
                FiniteDifferences.Assert(moved => LossAt(moved, values => values.CopyTo(input, 0)),
                    point, inputGradients[i] ?? new float[point.Length], $"gradient of input {i}");
            point.CopyTo(input, 0);
        }

        foreach (Parameter parameter in Parameters)
        {
            float[] point = parameter.Value.ToArray();
            FiniteDifferences.Assert(moved => LossAt(moved, values => parameter.Value.CopyFrom(values)),
                point, parameter.Gradient!.ToArray(), $"gradient of '{parameter.Name}'");
            parameter.Value.CopyFrom(point);
        }

        Assert.Equal(held, _device.HeldBytes);
    }

    /// <summary>Asserts that a pass without anything that trains leaves no record and no tensor.</summary>
    public void AssertSavesNothing()
    {
        long held = _device.HeldBytes;
        Tensor[] inputs = OpenInputs();
        _save(inputs, new bool[inputs.Length], out ForwardRecord? record).Release();
        Assert.Null(record);
        Close(inputs);
        Assert.Equal(held, _device.HeldBytes);
    }

    /// <summary>Asserts that running the forward pass again in place of saving gives the same gradients, to the bit.</summary>
    public void AssertRecomputationAgrees()
    {
        bool[] active = [.. _inputs.Select(_ => true)];
        float[] expected = Forward();
        float[]?[] inputGradients = Run(active, expected);
        float[][] gradients = [.. Parameters.Select(parameter => parameter.Gradient!.ToArray())];
        foreach (Module module in _module.SelfAndDescendants)
            module.RecomputesForward = true;
        long held = _device.HeldBytes;
        float[]?[] inputGradientsAgain = Run(active, expected);
        Assert.Equal(held, _device.HeldBytes);
        Assert.Equal(inputGradients, inputGradientsAgain);
        Assert.Equal(gradients, Parameters.Select(parameter => parameter.Gradient!.ToArray()));
        foreach (Module module in _module.SelfAndDescendants)
            module.RecomputesForward = false;
    }

    /// <summary>The gradients of all inputs, then of all parameters.</summary>
    public float[]?[] Gradients()
    {
        float[]?[] inputGradients = Run([.. _inputs.Select(_ => true)], Forward());
        return [.. inputGradients, .. Parameters.Select(parameter => parameter.Gradient!.ToArray())];
    }

    public void Dispose()
    {
        foreach (Linear layer in Layers)
            layer.SetFactors(null);
        foreach (FrozenWeight weight in _module.SelfAndDescendants.SelectMany(part => part.FrozenWeights).Distinct())
            weight.Dispose();
    }

    private float[] Forward()
    {
        using TensorScope scope = new();
        Tensor[] inputs = [.. _inputs.Select(input => Tensor.From(_device, new Shape(Rows, Features), input))];
        return _forward(inputs).ToArray();
    }

    private float[]?[] Run(bool[] inputActive, float[] expected)
    {
        foreach (Parameter parameter in Parameters)
            parameter.ClearGradient();
        Tensor[] inputs = OpenInputs();
        Tensor result = _save(inputs, inputActive, out ForwardRecord? record);
        Assert.Equal(expected, result.ToArray());
        result.Release();
        float[]?[] values = new float[]?[inputs.Length];
        if (record is not null)
        {
            using Tensor gradient = Tensor.From(_device, new Shape(Rows, Features), _lossWeights);
            Tensor?[] gradients = _backward(gradient, record);
            Assert.Equal(_lossWeights, gradient.ToArray());
            for (int i = 0; i < gradients.Length; i++)
            {
                values[i] = gradients[i]?.ToArray();
                gradients[i]?.Release();
            }

            record.Release();
        }

        Close(inputs);
        return values;
    }

    private double LossAt(float[] moved, Action<float[]> set)
    {
        set(moved);
        return Evaluate().Zip(_lossWeights, (value, weight) => (double)value * weight).Sum();
    }

    private Tensor[] OpenInputs() => [.. _inputs.Select(input => Tensor.From(_device, new Shape(Rows, Features), input))];

    private static void Close(Tensor[] inputs)
    {
        foreach (Tensor input in inputs)
            input.Release();
    }

    private float[] Gaussian(int count, double deviation)
    {
        float[] values = new float[count];
        _random.FillGaussian(values, deviation);
        return values;
    }
}
