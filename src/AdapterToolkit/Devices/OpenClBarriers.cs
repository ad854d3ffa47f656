using System.Reflection;

namespace AdapterToolkit.Devices;

/// <summary>
/// Makes a barrier of a group order its shared memory on OpenCL. ILGPU 1.5.3 writes <c>work_group_barrier(CLK_GLOBAL_MEM_FENCE)</c>, which
/// orders global memory alone; kernels share tiles in local memory. The names of the fences stand in a private table of
/// ILGPU, from which its compiler takes them: each is replaced by both.
/// </summary>
internal static class OpenClBarriers
{
    /// <summary>What a barrier has to order.</summary>
    internal const string BothFences = "CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE";

    private const string GlobalFence = "CLK_GLOBAL_MEM_FENCE";

    /// <summary>Replaces the fences. It has to happen before ILGPU compiles a kernel for OpenCL.</summary>
    /// <exception cref="NotSupportedException">ILGPU has another table than it is known to have, so that barriers could not be trusted.</exception>
    internal static void Install() =>
        Replace(Type.GetType("ILGPU.Backends.OpenCL.CLInstructions, ILGPU")
            ?.GetField("MemoryFenceFlags", BindingFlags.Static | BindingFlags.NonPublic)
            ?.GetValue(null) as string[]);

    /// <summary>Replaces the fences of a table.</summary>
    /// <param name="table">The table; null where there is none.</param>
    /// <exception cref="NotSupportedException">The table is not what it is known to be.</exception>
    internal static void Replace(string[]? table)
    {
        if (table is null || !table.Any(fence => fence is GlobalFence or BothFences))
        {
            throw new NotSupportedException(
                "OpenCL is not used: this version of ILGPU holds the fences of its barriers elsewhere than version 1.5.3 does, and without both of them "
                + "kernels would read shared memory before it is written. Use ILGPU 1.5.3, or another device.");
        }

        Array.Fill(table, BothFences);
    }
}
