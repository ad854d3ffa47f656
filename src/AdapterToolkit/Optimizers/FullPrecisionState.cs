using AdapterToolkit.Formats;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Optimizers;

/// <summary>Moments in float32.</summary>
/// <param name="parameter">The parameter.</param>
internal sealed class FullPrecisionState(Parameter parameter) : AdamWState
{
    private readonly Tensor _first = Tensor.Zeros(parameter.Device, parameter.Value.Shape);
    private readonly Tensor _second = Tensor.Zeros(parameter.Device, parameter.Value.Shape);

    /// <summary>How a file names the moments, after the parameter's name.</summary>
    internal static string[] Suffixes => [FirstMomentSuffix, SecondMomentSuffix];

    /// <inheritdoc/>
    internal override Action Copy()
    {
        float[] first = _first.ToArray(), second = _second.ToArray();
        return () =>
        {
            _first.CopyFrom(first);
            _second.CopyFrom(second);
        };
    }

    /// <inheritdoc/>
    internal override Tensor FirstMagnitudes => _first;

    /// <inheritdoc/>
    internal override Tensor SecondMagnitudes => _second;

    /// <inheritdoc/>
    internal override long Bytes => _first.Bytes + _second.Bytes;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _first.Release();
        _second.Release();
    }

    private protected override void Apply(Tensor value, Tensor gradient, AdamWUpdate update) => update.Apply(value, gradient, _first, _second);

    private protected override IEnumerable<SafetensorsTensor> SavedMoments(Parameter parameter) =>
    [
        SavedNumbers(parameter.Name + FirstMomentSuffix, ShapeOf(parameter), _first),
        SavedNumbers(parameter.Name + SecondMomentSuffix, ShapeOf(parameter), _second),
    ];

    private protected override void LoadMoments(SafetensorsFile file, Parameter parameter)
    {
        foreach ((Tensor moment, string suffix) in ((Tensor, string)[])[(_first, FirstMomentSuffix), (_second, SecondMomentSuffix)])
        {
            Require(file, parameter, suffix, SafetensorsType.F32, "32-bit moments of this parameter");
            float[] numbers = new float[moment.Shape.Elements];
            ReadMagnitudes(file, parameter.Name + suffix, numbers, mayBeNegative: suffix == FirstMomentSuffix);
            moment.CopyFrom(numbers);
        }
    }
}
