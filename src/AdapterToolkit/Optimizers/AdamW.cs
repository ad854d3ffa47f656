using AdapterToolkit.Checkpoints;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Optimizers;

/// <summary>
/// Adam with decoupled weight decay, as PyTorch defines it. With g the gradient and t the step, counted from one:
/// <code>
/// w ← w - η λ w
/// m ← β₁ m + (1 - β₁) g
/// v ← β₂ v + (1 - β₂) g²
/// w ← w - η (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε)
/// </code>
/// Only parameters have moments m and v; frozen weights have none.
/// </summary>
/// <remarks>Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019.</remarks>
public sealed class AdamW : IDisposable
{
    private const string FirstMomentSuffix = ".exp_avg", SecondMomentSuffix = ".exp_avg_sq", StepSuffix = ".step";

    private readonly Dictionary<Parameter, Moments> _moments = [];

    /// <summary>Makes an optimizer; the defaults are PyTorch's.</summary>
    /// <param name="learningRate">The learning rate η, before a schedule's factor.</param>
    /// <param name="beta1">β₁: how much of the mean of the gradients is kept in a step.</param>
    /// <param name="beta2">β₂: how much of the mean of their squares is kept in a step.</param>
    /// <param name="epsilon">ε: keeps the quotient bounded.</param>
    /// <param name="weightDecay">λ: the share of a parameter, times η, that a step takes away.</param>
    public AdamW(float learningRate = 1e-3f, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(learningRate);
        RequireBelowOne(beta1, nameof(beta1));
        RequireBelowOne(beta2, nameof(beta2));
        ArgumentOutOfRangeException.ThrowIfNegative(epsilon);
        ArgumentOutOfRangeException.ThrowIfNegative(weightDecay);
        LearningRate = learningRate;
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
        WeightDecay = weightDecay;
    }

    /// <summary>The learning rate η, before a schedule's factor.</summary>
    public float LearningRate { get; }

    /// <summary>β₁: how much of the mean of the gradients is kept in a step.</summary>
    public double Beta1 { get; }

    /// <summary>β₂: how much of the mean of their squares is kept in a step.</summary>
    public double Beta2 { get; }

    /// <summary>ε: keeps the quotient bounded.</summary>
    public double Epsilon { get; }

    /// <summary>λ: the share of a parameter, times η, that a step takes away.</summary>
    public double WeightDecay { get; }

    /// <summary>The bytes that the moments take.</summary>
    public long Bytes => _moments.Values.Sum(moments => moments.First.Bytes + moments.Second.Bytes);

    /// <summary>Updates parameters by their gradients. Those without a gradient stay as they are.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="gradientFactor">What the gradients are multiplied by first; see <see cref="GradientClipping"/>.</param>
    public void Step(IEnumerable<Parameter> parameters, double learningRate, float gradientFactor = 1)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        foreach (Parameter parameter in parameters)
        {
            if (parameter.Gradient is not { } gradient)
                continue;
            Moments moments = MomentsOf(parameter);
            moments.Steps++;
            new AdamWUpdate(learningRate, Beta1, Beta2, Epsilon, WeightDecay, moments.Steps, gradientFactor)
                .Apply(parameter.Value, gradient, moments.First, moments.Second);
        }
    }

    /// <summary>Saves the moments under the parameters' names.</summary>
    /// <param name="path">The safetensors file; written beside and renamed.</param>
    /// <param name="parameters">The parameters.</param>
    public void Save(string path, IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        List<SafetensorsTensor> tensors = [];
        foreach (Parameter parameter in parameters)
        {
            if (!_moments.TryGetValue(parameter, out Moments? moments))
                continue;
            long[] shape = [parameter.Value.Rows, parameter.Value.Columns];
            tensors.Add(SafetensorsTensor.OfFloats(parameter.Name + FirstMomentSuffix, shape, moments.First.CopyTo));
            tensors.Add(SafetensorsTensor.OfFloats(parameter.Name + SecondMomentSuffix, shape, moments.Second.CopyTo));
            tensors.Add(SafetensorsTensor.OfIntegers(parameter.Name + StepSuffix, [], new[] { (long)moments.Steps }));
        }

        SafetensorsWriter.Write(path, tensors);
    }

    /// <summary>Loads moments in place of the present ones. A parameter that the file does not name starts afresh.</summary>
    /// <param name="path">The file that <see cref="Save"/> wrote.</param>
    /// <param name="parameters">The parameters.</param>
    /// <exception cref="CheckpointException">The file is malformed, or a moment has another shape than its parameter; the optimizer stays as it was.</exception>
    public void Load(string path, IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        List<(Parameter Parameter, float[] First, float[] Second, int Steps)> loaded = [];
        foreach (Parameter parameter in parameters)
        {
            if (!file.Contains(parameter.Name + FirstMomentSuffix))
                continue;
            long[] steps = file.ReadInt64(parameter.Name + StepSuffix);
            if (steps is not [> 0 and <= int.MaxValue])
                throw new CheckpointException(path, "must be one number of steps, at least 1.", parameter.Name + StepSuffix);
            loaded.Add((parameter, Read(file, parameter, FirstMomentSuffix), Read(file, parameter, SecondMomentSuffix), (int)steps[0]));
        }

        Clear();
        foreach ((Parameter parameter, float[] first, float[] second, int steps) in loaded)
        {
            Moments moments = MomentsOf(parameter);
            moments.First.CopyFrom(first);
            moments.Second.CopyFrom(second);
            moments.Steps = steps;
        }
    }

    /// <summary>Gives the memory of the moments back.</summary>
    public void Dispose() => Clear();

    private static float[] Read(SafetensorsFile file, Parameter parameter, string suffix)
    {
        string name = parameter.Name + suffix;
        SafetensorsEntry entry = file.GetEntry(name);
        if (!entry.Shape.AsSpan().SequenceEqual([parameter.Value.Rows, parameter.Value.Columns]))
            throw new CheckpointException(file.FilePath, $"has another shape than its parameter, {parameter.Value.Rows} x {parameter.Value.Columns}.", name);
        return file.ReadFloat32(name);
    }

    private static void RequireBelowOne(double beta, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(beta, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(beta, 1, name);
    }

    private Moments MomentsOf(Parameter parameter)
    {
        if (!_moments.TryGetValue(parameter, out Moments? moments))
        {
            using TensorScope.Suspension suspension = TensorScope.Suspend();
            moments = new Moments(Tensor.Zeros(parameter.Device, parameter.Value.Shape), Tensor.Zeros(parameter.Device, parameter.Value.Shape));
            _moments.Add(parameter, moments);
        }

        return moments;
    }

    private void Clear()
    {
        foreach (Moments moments in _moments.Values)
        {
            moments.First.Release();
            moments.Second.Release();
        }

        _moments.Clear();
    }

    private sealed class Moments(Tensor first, Tensor second)
    {
        public Tensor First { get; } = first;

        public Tensor Second { get; } = second;

        public int Steps { get; set; }
    }
}
