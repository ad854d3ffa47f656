using System.Globalization;
using AdapterToolkit.Formats;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

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

    /// <summary>Copies the moments to the host.</summary>
    /// <returns>What puts the copies back.</returns>
    internal abstract Action Copy();

    /// <summary>Numbers that are as large as those of m: m itself, or the largest magnitudes of its blocks.</summary>
    internal abstract Tensor FirstMagnitudes { get; }

    /// <summary>Numbers that are as large as those of v.</summary>
    internal abstract Tensor SecondMagnitudes { get; }

    /// <summary>How many steps a parameter has seen according to a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="parameter">The parameter.</param>
    /// <exception cref="CheckpointException">The file does not say so.</exception>
    internal static int StepsIn(SafetensorsFile file, Parameter parameter)
    {
        string name = parameter.Name + StepSuffix;
        if (!file.Contains(name))
            throw new CheckpointException(file.FilePath,
                $"is missing: the file has no state of the parameter '{parameter.Name}'. Is it that of another model?", name);
        SafetensorsEntry entry = file.GetEntry(name);
        if (entry.ElementCount != 1 || file.ReadInt64(name) is not [>= 0 and <= int.MaxValue and long steps])
            throw new CheckpointException(file.FilePath, "must be one number of steps, at least 0.", name);
        return (int)steps;
    }

    /// <summary>The names of the tensors that a file has for a parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="hasMoments">Whether it has seen a step.</param>
    /// <param name="hasEightBits">Whether its moments are in 8 bits.</param>
    internal static IEnumerable<string> Names(Parameter parameter, bool hasMoments, bool hasEightBits)
    {
        string[] moments = hasEightBits ? EightBitState.Suffixes : FullPrecisionState.Suffixes;
        return ((string[])[StepSuffix, .. hasMoments ? moments : []]).Select(suffix => parameter.Name + suffix);
    }

    /// <summary>The tensors to save.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="state">Its state; null where it has seen no step.</param>
    internal static IEnumerable<SafetensorsTensor> Saved(Parameter parameter, AdamWState? state) =>
    [
        .. state is { Steps: > 0 } ? state.SavedMoments(parameter) : [],
        SafetensorsTensor.OfIntegers(parameter.Name + StepSuffix, [], new[] { (long)(state?.Steps ?? 0) }),
    ];

    /// <summary>Counts a step and updates a parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="update">The settings of the step, but for its number.</param>
    internal void Step(Parameter parameter, Tensor gradient, AdamWUpdate update)
    {
        Steps++;
        Apply(parameter.Value, gradient, update with { Step = Steps });
    }

    /// <summary>Takes the count of a step back; the moments are the caller's to restore.</summary>
    internal void TakeBackStep() => Steps--;

    /// <summary>Replaces the state by a saved one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="steps">How many steps there were.</param>
    /// <exception cref="CheckpointException">A tensor of the state is missing, of another type or shape, or has a number that it can't have.</exception>
    internal void Load(SafetensorsFile file, Parameter parameter, int steps)
    {
        LoadMoments(file, parameter);
        Steps = steps;
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
            throw new CheckpointException(file.FilePath, $"has another shape than its parameter, {parameter.Value.Rows} x {parameter.Value.Columns}.",
                entry.Name);
        if (entry.Type != type)
            throw new CheckpointException(file.FilePath,
                $"its elements are {entry.Type.FileName()}, but this optimizer keeps {meaning}: its settings StateBits and MinimumSize "
                + "are others than when the state was saved.", entry.Name);
    }

    /// <summary>Reads numbers of which none may be infinite, not a number or, in what is made of squares, negative.</summary>
    private protected static void ReadMagnitudes(SafetensorsFile file, string name, Span<float> numbers, bool mayBeNegative)
    {
        file.ReadFloat32(name, numbers);
        FiniteTensors.RequireRead(numbers, file.FilePath, name);
        if (!mayBeNegative && numbers.IndexOfAnyInRange(float.MinValue, -float.Epsilon) is >= 0 and int index)
            throw new CheckpointException(file.FilePath,
                string.Create(CultureInfo.InvariantCulture, $"its number {index} is {numbers[index]}, and it can't be negative. Is the file damaged?"), name);
    }

    /// <summary>A tensor to save, of numbers that must be finite.</summary>
    private protected static SafetensorsTensor SavedNumbers(string name, ReadOnlySpan<long> shape, Tensor numbers) =>
        SafetensorsTensor.OfFloats(name, shape, destination =>
        {
            numbers.CopyTo(destination);
            FiniteTensors.RequireToSave(destination, name);
        });

    private protected static long[] ShapeOf(Parameter parameter) => [parameter.Value.Rows, parameter.Value.Columns];
}
