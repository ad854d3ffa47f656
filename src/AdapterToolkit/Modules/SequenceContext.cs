using AdapterToolkit.Devices;
using AdapterToolkit.Operators;
using ILGPU;
using ILGPU.Runtime;
using Device = AdapterToolkit.Devices.Device;

namespace AdapterToolkit.Modules;

/// <summary>
/// What a forward pass knows about its rows that is no activation: how they form sequences, which are padding, where each
/// stands in its sequence, and the rotary embedding's angles.
/// </summary>
public sealed class SequenceContext
{
    private readonly int[] _lengths;
    private MemoryBuffer1D<int, Stride1D.Dense>? _uploadedLengths;

    /// <summary>Describes the rows of a batch.</summary>
    /// <param name="tokens">The batch.</param>
    /// <param name="rotary">The angles of the rotary embedding.</param>
    public SequenceContext(TokenIds tokens, RotaryTable rotary)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(rotary);
        Batch = tokens.Batch;
        Length = tokens.Length;
        _lengths = tokens.Lengths.ToArray();
        Rotary = rotary;
    }

    /// <summary>The device.</summary>
    public Device Device => Rotary.Device;

    /// <summary>How many sequences there are.</summary>
    public int Batch { get; }

    /// <summary>How many rows each sequence has, padding included.</summary>
    public int Length { get; }

    /// <summary>How many rows of each sequence are no padding; they come first.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>Features of one attention head.</summary>
    public int HeadDim => Rotary.HeadDim;

    /// <summary>The angles of the rotary embedding.</summary>
    public RotaryTable Rotary { get; }

    /// <summary>The lengths as kernels of an accelerator read them. They are uploaded once, and freed with the context.</summary>
    /// <param name="device">The device.</param>
    internal ArrayView<int> LengthsOn(AcceleratorDevice device)
    {
        _uploadedLengths ??= device.Accelerator.Allocate1D(_lengths);
        return _uploadedLengths.View.AsContiguous();
    }
}
