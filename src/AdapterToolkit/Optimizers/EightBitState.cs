using AdapterToolkit.Formats;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Optimizers;

/// <summary>Moments in 8 bits: m with the signed dynamic map, v, which is never negative, with the one without a sign.</summary>
/// <param name="parameter">The parameter.</param>
/// <param name="maps">The maps on the parameter's device; see <see cref="EightBitMaps"/>.</param>
internal sealed class EightBitState(Parameter parameter, Tensor maps) : AdamWState
{
    private const string MaximaSuffix = ".absmax";

    /// <summary>How a file names codes and scales, after the parameter's name.</summary>
    internal static string[] Suffixes => [FirstMomentSuffix, FirstMomentSuffix + MaximaSuffix, SecondMomentSuffix, SecondMomentSuffix + MaximaSuffix];

    /// <inheritdoc/>
    internal override Action Copy() => First.Copy() + Second.Copy();

    /// <inheritdoc/>
    internal override Tensor FirstMagnitudes => First.Maxima;

    /// <inheritdoc/>
    internal override Tensor SecondMagnitudes => Second.Maxima;

    /// <summary>m.</summary>
    internal EightBitMoment First { get; } = new(parameter.Device, parameter.Value.Shape.Elements);

    /// <summary>v.</summary>
    internal EightBitMoment Second { get; } = new(parameter.Device, parameter.Value.Shape.Elements);

    /// <inheritdoc/>
    internal override long Bytes => First.Bytes + Second.Bytes;

    /// <inheritdoc/>
    public override void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }

    private protected override void Apply(Tensor value, Tensor gradient, AdamWUpdate update) => update.Apply(value, gradient, First, Second, maps);

    private protected override IEnumerable<SafetensorsTensor> SavedMoments(Parameter parameter) =>
        [.. Saved(parameter, FirstMomentSuffix, First), .. Saved(parameter, SecondMomentSuffix, Second)];

    private protected override void LoadMoments(SafetensorsFile file, Parameter parameter)
    {
        Load(file, parameter, FirstMomentSuffix, First);
        Load(file, parameter, SecondMomentSuffix, Second);
    }

    private static IEnumerable<SafetensorsTensor> Saved(Parameter parameter, string suffix, EightBitMoment moment) =>
    [
        SafetensorsTensor.OfBytes(parameter.Name + suffix, SafetensorsType.U8, ShapeOf(parameter), bytes => moment.CopyCodes().CopyTo(bytes)),
        SavedNumbers(parameter.Name + suffix + MaximaSuffix, [moment.Blocks], moment.Maxima),
    ];

    private static void Load(SafetensorsFile file, Parameter parameter, string suffix, EightBitMoment moment)
    {
        Require(file, parameter, suffix, SafetensorsType.U8, "8-bit moments of this parameter");
        float[] maxima = new float[moment.Blocks];
        ReadMagnitudes(file, parameter.Name + suffix + MaximaSuffix, maxima, mayBeNegative: false);
        moment.CopyFrom(file.ReadBytes(parameter.Name + suffix), maxima);
    }
}
