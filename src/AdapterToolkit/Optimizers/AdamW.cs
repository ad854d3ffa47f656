using AdapterToolkit.Checkpoints;
using AdapterToolkit.Devices;
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
/// Only parameters have moments m and v; frozen weights have none. With <see cref="StateBits"/> = 8 the moments of large
/// parameters are held in 8 bits: they are decoded for a step and quantized after it, in blocks of 256 numbers with the
/// dynamic map (that without a sign for v), as bitsandbytes does.
/// </summary>
/// <remarks>
/// Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019; Dettmers et al., "8-bit Optimizers via Block-wise
/// Quantization", 2022.
/// </remarks>
public sealed class AdamW : IDisposable
{
    private const int FullPrecision = 32, EightBits = 8;

    private readonly Dictionary<Device, Tensor> _maps = [];
    private Dictionary<Parameter, AdamWState> _states = [];
    private bool _isDisposed;

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

    /// <summary>Bits of a number of the moments: 32, or 8 for about a quarter of the memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is neither 8 nor 32.</exception>
    public int StateBits
    {
        get;
        init => field = value is FullPrecision or EightBits ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "An optimizer's state has 8 or 32 bits a number.");
    }
    = FullPrecision;

    /// <summary>Parameters with fewer numbers than this keep moments of 32 bits: they cost little, and small parameters such as norms are sensitive.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MinimumSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }
    = 4096;

    /// <summary>The bytes that the moments take.</summary>
    public long Bytes => _states.Values.Sum(state => state.Bytes);

    /// <summary>Updates parameters by their gradients. Those without a gradient stay as they are.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="gradientFactor">What the gradients are multiplied by first; see <see cref="GradientClipping"/>.</param>
    public void Step(IEnumerable<Parameter> parameters, double learningRate, float gradientFactor = 1)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        foreach (Parameter parameter in parameters)
        {
            if (parameter.Gradient is not { } gradient)
                continue;
            if (!_states.TryGetValue(parameter, out AdamWState? state))
                _states.Add(parameter, state = NewState(parameter));
            state.Step(parameter, gradient, new AdamWUpdate(learningRate, Beta1, Beta2, Epsilon, WeightDecay, Step: 0, gradientFactor));
        }
    }

    /// <summary>Saves the moments under the parameters' names.</summary>
    /// <param name="path">The safetensors file; written beside and renamed.</param>
    /// <param name="parameters">The parameters.</param>
    public void Save(string path, IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        SafetensorsWriter.Write(path, [.. parameters.Where(_states.ContainsKey).SelectMany(parameter => _states[parameter].Saved(parameter))]);
    }

    /// <summary>Loads moments in place of the present ones. A parameter that the file does not name starts afresh.</summary>
    /// <param name="path">The file that <see cref="Save"/> wrote.</param>
    /// <param name="parameters">The parameters.</param>
    /// <exception cref="CheckpointException">The file is malformed, or a moment has another shape than its parameter or other bits than this optimizer keeps; the optimizer stays as it was.</exception>
    public void Load(string path, IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Dictionary<Parameter, AdamWState> loaded = [];
        try
        {
            foreach (Parameter parameter in parameters.Where(parameter => AdamWState.IsIn(file, parameter)))
            {
                AdamWState state = NewState(parameter);
                loaded.Add(parameter, state);
                state.Load(file, parameter);
            }
        }
        catch
        {
            Release(loaded);
            throw;
        }

        Release(_states);
        _states = loaded;
    }

    /// <summary>Gives the memory of the moments back. The optimizer can't be used any more.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Release(_states);
        foreach (Tensor maps in _maps.Values)
            maps.Dispose();
        _maps.Clear();
    }

    private static void RequireBelowOne(double beta, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(beta, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(beta, 1, name);
    }

    private static void Release(Dictionary<Parameter, AdamWState> states)
    {
        foreach (AdamWState state in states.Values)
            state.Dispose();
        states.Clear();
    }

    private AdamWState NewState(Parameter parameter)
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        return StateBits == EightBits && parameter.Value.Shape.Elements >= MinimumSize
            ? new EightBitState(parameter, MapsOn(parameter.Device))
            : new FullPrecisionState(parameter);
    }

    private Tensor MapsOn(Device device)
    {
        if (!_maps.TryGetValue(device, out Tensor? maps))
            _maps.Add(device, maps = EightBitMaps.Create(device));
        return maps;
    }
}
