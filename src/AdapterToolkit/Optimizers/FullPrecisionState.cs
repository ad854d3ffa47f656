using AdapterToolkit.Checkpoints;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Optimizers;

/// <summary>Moments in float32.</summary>
/// <param name="parameter">The parameter.</param>
internal sealed class FullPrecisionState(Parameter parameter) : AdamWState
{
    private readonly Tensor _first = Tensor.Zeros(parameter.Device, parameter.Value.Shape);
    private readonly Tensor _second = Tensor.Zeros(parameter.Device, parameter.Value.Shape);

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
        SafetensorsTensor.OfFloats(parameter.Name + FirstMomentSuffix, ShapeOf(parameter), _first.CopyTo),
        SafetensorsTensor.OfFloats(parameter.Name + SecondMomentSuffix, ShapeOf(parameter), _second.CopyTo),
    ];

    private protected override void LoadMoments(SafetensorsFile file, Parameter parameter)
    {
        foreach ((Tensor moment, string suffix) in ((Tensor, string)[])[(_first, FirstMomentSuffix), (_second, SecondMomentSuffix)])
        {
            Require(file, parameter, suffix, SafetensorsType.F32, "32-bit moments of this parameter");
            moment.CopyFrom(file.ReadFloat32(parameter.Name + suffix));
        }
    }
}
