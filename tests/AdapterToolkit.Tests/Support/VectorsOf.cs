using AdapterToolkit.Kernels;

namespace AdapterToolkit.Tests.Support;

/// <summary>
/// Lets kernels use vectors of a width until it is disposed. Tests that use it are in the collection
/// of <see cref="VectorWidth"/>, so that they run one at a time.
/// </summary>
public sealed class VectorsOf : IDisposable
{
    /// <summary>Sets the width.</summary>
    /// <param name="bits">Bits of a vector: 128, 256 or 512.</param>
    public VectorsOf(int bits) => VectorWidth.Bits = bits;

    /// <inheritdoc/>
    public void Dispose() => VectorWidth.Bits = VectorWidth.Widest;
}
