using System.ComponentModel;
using System.Runtime.InteropServices;

namespace AdapterToolkit.Kernels;

/// <summary>
/// Four numbers side by side. Kernels that keep their tiles in shared memory as quadruples read it 128 bits at a time.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[StructLayout(LayoutKind.Sequential)]
public struct FourFloats
{
    /// <summary>The first number.</summary>
    public float X;

    /// <summary>The second number.</summary>
    public float Y;

    /// <summary>The third number.</summary>
    public float Z;

    /// <summary>The fourth number.</summary>
    public float W;
}
