using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

/// <summary>
/// The cosines and sines of the rotary embedding for every position and pair of features:
/// angle(position, i) = position · frequency(i).
/// </summary>
/// <remarks>Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021.</remarks>
public sealed class RotaryTable : IDisposable
{
    /// <summary>Computes the angles and puts them on a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="positions">How many positions the table covers.</param>
    /// <param name="frequencies">The frequency of each pair of features, in radians a position: half as many as a head has features.</param>
    /// <exception cref="DeviceMemoryException">The device has no room.</exception>
    public RotaryTable(ComputeDevice device, int positions, ReadOnlySpan<double> frequencies)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
        Positions = positions;
        HeadDim = 2 * frequencies.Length;
        DeviceMemoryException.ThrowIfTooLarge(device, positions, frequencies.Length, "The rotary embedding of that many positions");
        float[] cosines = new float[positions * frequencies.Length];
        float[] sines = new float[cosines.Length];
        for (int position = 0; position < positions; position++)
        {
            for (int i = 0; i < frequencies.Length; i++)
            {
                // The reference computes the angle in float32.
                float angle = position * (float)frequencies[i];
                cosines[(position * frequencies.Length) + i] = (float)Math.Cos(angle);
                sines[(position * frequencies.Length) + i] = (float)Math.Sin(angle);
            }
        }

        using PlannedCall call = new();
        Shape shape = new(positions, frequencies.Length);
        Cosines = Tensor.From(device, shape, cosines);
        Sines = Tensor.From(device, shape, sines);
        call.Complete();
    }

    /// <summary>The device that holds the table.</summary>
    public ComputeDevice Device { get; }

    /// <summary>How many positions the table covers.</summary>
    public int Positions { get; }

    /// <summary>Features of one head: two for each frequency.</summary>
    public int HeadDim { get; }

    /// <summary>The cosines: positions x half the features of a head.</summary>
    public Tensor Cosines { get; }

    /// <summary>The sines: positions x half the features of a head.</summary>
    public Tensor Sines { get; }

    /// <summary>Gives the table's memory back.</summary>
    public void Dispose()
    {
        Cosines.Dispose();
        Sines.Dispose();
    }
}
