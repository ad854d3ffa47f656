using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;
using ILGPU;

namespace AdapterToolkit.Operators;

/// <summary>
/// What a forward pass knows about its rows that is no activation: how they form sequences, which are padding, where each
/// stands in its sequence, and the rotary embedding's angles.
/// </summary>
public sealed class SequenceContext : IDisposable
{
    private readonly int[] _lengths;
    private Tensor? _uploadedLengths;

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

    /// <summary>
    /// Gives the memory of the uploaded lengths back; there is none on the CPU device. The context may be used again, which
    /// uploads them once more.
    /// </summary>
    public void Dispose()
    {
        if (_uploadedLengths is { IsHeld: true } lengths)
            lengths.Release();
        _uploadedLengths = null;
    }

    /// <summary>The lengths as kernels of an accelerator read them. They are uploaded once, unless a scope that ended has released them.</summary>
    /// <param name="device">The device.</param>
    internal ArrayView<int> LengthsOn(AcceleratorDevice device)
    {
        if (_uploadedLengths is not { IsHeld: true })
            _uploadedLengths = Op.Upload(device, _lengths);
        return _uploadedLengths.ViewOf<int>();
    }
}
