using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

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
public sealed class AdamW : IOptimizer, IDisposable
{
    private const int FullPrecision = 32, EightBits = 8;

    /// <summary>A gradient up to this has a square that float32 holds.</summary>
    private const double HarmlessGradient = 1e18;

    /// <summary>A change up to this is rounded away where a number is near float32's largest, 3.4e38.</summary>
    private const double HarmlessChange = 1e30;

    private readonly Dictionary<ComputeDevice, Tensor> _maps = [];
    private Dictionary<Parameter, AdamWState> _states = [];
    private bool _isDisposed;

    /// <summary>No number of a first moment has a larger magnitude.</summary>
    private double _largestFirstMoment;

    /// <summary>Makes an optimizer; the defaults are PyTorch's.</summary>
    /// <param name="learningRate">The learning rate η, before a schedule's factor.</param>
    /// <param name="beta1">β₁: how much of the mean of the gradients is kept in a step.</param>
    /// <param name="beta2">β₂: how much of the mean of their squares is kept in a step.</param>
    /// <param name="epsilon">ε: keeps the quotient bounded.</param>
    /// <param name="weightDecay">λ: the share of a parameter, times η, that a step takes away.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite, or a β is not below 1.</exception>
    public AdamW(float learningRate = 1e-3f, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
    {
        RequireFinite(learningRate, nameof(learningRate));
        RequireFinite(beta1, nameof(beta1));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(beta1, 1);
        RequireFinite(beta2, nameof(beta2));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(beta2, 1);
        RequireFinite(epsilon, nameof(epsilon));
        RequireFinite(weightDecay, nameof(weightDecay));
        LearningRate = learningRate;
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
        WeightDecay = weightDecay;
    }

    /// <summary>The learning rate η, before a schedule's factor.</summary>
    public float LearningRate { get; }

    /// <inheritdoc/>
    double IOptimizer.LearningRate => LearningRate;

    /// <inheritdoc/>
    public string Name => nameof(AdamW);

    /// <inheritdoc/>
    public IReadOnlyList<TrainingSetting> Settings =>
    [
        new("learningRate", LearningRate),
        new("beta1", Beta1),
        new("beta2", Beta2),
        new("epsilon", Epsilon),
        new("weightDecay", WeightDecay),
        new("stateBits", StateBits),
        new("minimumSize", MinimumSize),
    ];

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
        init => field = value is FullPrecision or EightBits
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "An optimizer's state has 8 or 32 bits a number.");
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

    /// <summary>
    /// Updates parameters by their gradients. Those without a gradient stay as they are. Numbers that overflow are not
    /// noticed here; a <see cref="Training.Trainer"/> makes no step that would give some.
    /// </summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="gradientFactor">What the gradients are multiplied by first; see <see cref="GradientClipping"/>.</param>
    public void Step(IEnumerable<Parameter> parameters, double learningRate, float gradientFactor = 1)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _largestFirstMoment = double.PositiveInfinity;
        Update(WithGradient(parameters), learningRate, gradientFactor);
    }

    /// <summary>Saves the moments under the parameters' names, and for every parameter how many steps it has seen.</summary>
    /// <param name="path">The safetensors file; written beside and renamed.</param>
    /// <param name="parameters">The parameters.</param>
    /// <exception cref="InvalidOperationException">A moment is infinite or not a number; the message names it, and nothing is written.</exception>
    public void Save(string path, IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        SafetensorsWriter.Write(path, [.. parameters.SelectMany(parameter => AdamWState.Saved(parameter, _states.GetValueOrDefault(parameter)))]);
    }

    /// <summary>Loads moments in place of the present ones.</summary>
    /// <param name="path">The file that <see cref="Save"/> wrote.</param>
    /// <param name="parameters">The parameters, as they were saved.</param>
    /// <exception cref="CheckpointException">
    /// The file is malformed, lacks the state of a parameter or has that of another one, or a moment has another shape than its parameter, other bits than
    /// this optimizer keeps, or a number that it can't have. The optimizer stays as it was.
    /// </exception>
    public void Load(string path, IEnumerable<Parameter> parameters)
    {
        using IOptimizerState state = Read(path, parameters);
        state.Use();
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Mostly a bound tells so, at no cost: |m| is at most the largest of all gradients, so that no number moves by more than
    /// η / (1 - β₁) · |m| / ε. Where the bound does not suffice, the step is made on trial, and taken back from a copy.
    /// </remarks>
    public NotFiniteNumber? StepIfFinite(IEnumerable<Parameter> parameters, double learningRate, float gradientFactor, double gradientNorm)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        List<Parameter> updated = WithGradient(parameters);
        double largestGradient = gradientNorm * gradientFactor;
        _largestFirstMoment = Math.Max(_largestFirstMoment, largestGradient);
        if (largestGradient <= HarmlessGradient
            && learningRate / (1 - Beta1) * _largestFirstMoment / (float)Epsilon <= HarmlessChange
            && Math.Abs(1 - (learningRate * WeightDecay)) <= 1)
        {
            Update(updated, learningRate, gradientFactor);
            return null;
        }

        HashSet<Parameter> fresh = [.. updated.Where(parameter => !_states.ContainsKey(parameter))];
        AddStates(updated);
        AdamWTrial trial = new(updated, _states);
        Update(updated, learningRate, gradientFactor);
        if (trial.FindNotFinite(out _largestFirstMoment) is not { } found)
            return null;
        trial.TakeBack();
        foreach (Parameter parameter in fresh)
        {
            _states.Remove(parameter, out AdamWState? state);
            state?.Dispose();
        }

        _largestFirstMoment = double.PositiveInfinity;
        return found;
    }

    /// <inheritdoc/>
    public IOptimizerState Read(string path, IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!File.Exists(path))
            throw new CheckpointException(path, "there is no such file.");
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Dictionary<Parameter, AdamWState> loaded = [];
        HashSet<string> known = [];
        try
        {
            foreach (Parameter parameter in parameters)
            {
                int steps = AdamWState.StepsIn(file, parameter);
                known.UnionWith(AdamWState.Names(parameter, steps > 0, HasEightBits(parameter)));
                if (steps == 0)
                    continue;
                AdamWState state = NewState(parameter);
                loaded.Add(parameter, state);
                state.Load(file, parameter, steps);
            }

            if (file.Entries.FirstOrDefault(entry => !known.Contains(entry.Name)) is { } unknown)
            {
                throw new CheckpointException(
                    file.FilePath,
                    "belongs to no parameter that trains: the state is that of another model, or of another StateBits or MinimumSize.",
                    unknown.Name);
            }

            return new AdamWReadState(this, loaded);
        }
        catch
        {
            Release(loaded);
            throw;
        }
    }

    /// <summary>Takes moments that were read in place of the present ones.</summary>
    /// <param name="states">The moments.</param>
    internal void Adopt(Dictionary<Parameter, AdamWState> states)
    {
        Release(_states);
        _states = states;
        _largestFirstMoment = double.PositiveInfinity;
    }

    /// <summary>Gives moments that were read, and are not used, back.</summary>
    /// <param name="states">The moments.</param>
    internal static void Release(Dictionary<Parameter, AdamWState> states)
    {
        foreach (AdamWState state in states.Values)
            state.Dispose();
        states.Clear();
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

    private static void RequireFinite(double value, string name)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(name, value, "A finite number is needed.");
        ArgumentOutOfRangeException.ThrowIfNegative(value, name);
    }

    private static List<Parameter> WithGradient(IEnumerable<Parameter> parameters) => [.. parameters.Where(parameter => parameter.Gradient is not null)];

    /// <summary>Makes the moments that are missing, before anything is updated, so that a device without memory for them leaves all as it is.</summary>
    private void AddStates(List<Parameter> parameters)
    {
        foreach (Parameter parameter in parameters)
        {
            if (!_states.ContainsKey(parameter))
                _states.Add(parameter, NewState(parameter));
        }
    }

    private void Update(List<Parameter> parameters, double learningRate, float gradientFactor)
    {
        AddStates(parameters);
        AdamWUpdate update = new(learningRate, Beta1, Beta2, Epsilon, WeightDecay, Step: 0, gradientFactor);
        foreach (Parameter parameter in parameters)
            _states[parameter].Step(parameter, parameter.Gradient!, update);
    }

    private bool HasEightBits(Parameter parameter) => StateBits == EightBits && parameter.Value.Shape.Elements >= MinimumSize;

    private AdamWState NewState(Parameter parameter)
    {
        Tensor? maps = HasEightBits(parameter) ? MapsOn(parameter.Device) : null;
        using PlannedCall call = new();
        AdamWState state = maps is null ? new FullPrecisionState(parameter) : new EightBitState(parameter, maps);
        call.Complete();
        return state;
    }

    private Tensor MapsOn(ComputeDevice device)
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        if (!_maps.TryGetValue(device, out Tensor? maps))
            _maps.Add(device, maps = EightBitMaps.Create(device));
        return maps;
    }
}
