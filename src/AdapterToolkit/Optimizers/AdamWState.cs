using AdapterToolkit.Checkpoints;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Optimizers;

/// <summary>The moments m and v of one parameter, and how many steps they have seen.</summary>
internal abstract class AdamWState : IDisposable
{
    private protected const string FirstMomentSuffix = ".exp_avg", SecondMomentSuffix = ".exp_avg_sq";
    private const string StepSuffix = ".step";

    /// <summary>How many steps there were.</summary>
    internal int Steps { get; private set; }

    /// <summary>The bytes that the moments take.</summary>
    internal abstract long Bytes { get; }

    /// <summary>Whether a file holds the moments of a parameter.</summary>
    /// <param name="file">The file.</param>
    /// <param name="parameter">The parameter.</param>
    internal static bool IsIn(SafetensorsFile file, Parameter parameter) => file.Contains(parameter.Name + FirstMomentSuffix);

    /// <summary>Counts a step and updates a parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="update">The settings of the step, but for its number.</param>
    internal void Step(Parameter parameter, Tensor gradient, AdamWUpdate update)
    {
        Steps++;
        Apply(parameter.Value, gradient, update with { Step = Steps });
    }

    /// <summary>The tensors to save.</summary>
    /// <param name="parameter">The parameter.</param>
    internal IEnumerable<SafetensorsTensor> Saved(Parameter parameter) =>
        [.. SavedMoments(parameter), SafetensorsTensor.OfIntegers(parameter.Name + StepSuffix, [], new[] { (long)Steps })];

    /// <summary>Replaces the state by a saved one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="CheckpointException">A tensor of the state is missing, or of another type or shape.</exception>
    internal void Load(SafetensorsFile file, Parameter parameter)
    {
        long[] steps = file.ReadInt64(parameter.Name + StepSuffix);
        if (steps is not [> 0 and <= int.MaxValue])
            throw new CheckpointException(file.FilePath, "must be one number of steps, at least 1.", parameter.Name + StepSuffix);
        LoadMoments(file, parameter);
        Steps = (int)steps[0];
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    private protected abstract void Apply(Tensor value, Tensor gradient, AdamWUpdate update);

    private protected abstract IEnumerable<SafetensorsTensor> SavedMoments(Parameter parameter);

    private protected abstract void LoadMoments(SafetensorsFile file, Parameter parameter);

    /// <summary>Checks that a moment has its parameter's shape, and is of a type.</summary>
    private protected static void Require(SafetensorsFile file, Parameter parameter, string suffix, SafetensorsType type, string meaning)
    {
        SafetensorsEntry entry = file.GetEntry(parameter.Name + suffix);
        if (!entry.Shape.AsSpan().SequenceEqual(ShapeOf(parameter)))
            throw new CheckpointException(file.FilePath, $"has another shape than its parameter, {parameter.Value.Rows} x {parameter.Value.Columns}.", entry.Name);
        if (entry.Type != type)
            throw new CheckpointException(file.FilePath, $"its elements are {entry.Type.FileName()}, but this optimizer keeps {meaning}: its settings StateBits and MinimumSize are others than when the state was saved.", entry.Name);
    }

    private protected static long[] ShapeOf(Parameter parameter) => [parameter.Value.Rows, parameter.Value.Columns];
}
