using System.Reflection;
using System.Text.RegularExpressions;
using AdapterToolkit.Devices;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime.OpenCL;
using Xunit;

namespace AdapterToolkit.Tests.Accelerators;

/// <summary>The OpenCL text of every kernel, on machines without OpenCL too: each barrier orders local and global memory.</summary>
public sealed partial class OpenClSourceTests
{
    [Fact]
    public void EveryBarrierOrdersLocalAndGlobalMemory()
    {
        OpenClBarriers.Install();
        using Context context = Context.Create(builder => AcceleratorContext.Configure(builder));
        using CLBackend backend = new(context, new CLCapabilityContext(true, true, true, true, true), CLDeviceVendor.Other, CLCVersion.CL20);
        int barriers = 0, kernelsWithBarriers = 0, kernelsWithLocalMemory = 0;
        foreach (MethodInfo kernel in KernelCatalog.Kernels)
        {
            string text = ((CLCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)).Source;
            MatchCollection found = Barrier().Matches(text);
            foreach (Match barrier in found)
            {
                Assert.True(
                    barrier.Groups[1].Value.Contains("CLK_LOCAL_MEM_FENCE", StringComparison.Ordinal)
                        && barrier.Groups[1].Value.Contains("CLK_GLOBAL_MEM_FENCE", StringComparison.Ordinal),
                    $"{KernelCatalog.NameOf(kernel)} has a barrier that orders {barrier.Groups[1].Value} alone.");
            }

            barriers += found.Count;
            kernelsWithBarriers += found.Count > 0 ? 1 : 0;
            kernelsWithLocalMemory += LocalMemory().IsMatch(text) ? 1 : 0;
        }

        // What shares local memory waits for it.
        Assert.True(kernelsWithLocalMemory > 0 && kernelsWithBarriers >= kernelsWithLocalMemory && barriers >= kernelsWithBarriers,
            $"{barriers} barriers in {kernelsWithBarriers} kernels; {kernelsWithLocalMemory} kernels use local memory.");
    }

    [Fact]
    public void AnotherTableThanTheKnownOneIsRefused()
    {
        Assert.Throws<NotSupportedException>(() => OpenClBarriers.Replace(null));
        Assert.Throws<NotSupportedException>(() => OpenClBarriers.Replace([]));
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => OpenClBarriers.Replace(["CLK_FENCE"]));
        Assert.Contains("OpenCL is not used", error.Message, StringComparison.Ordinal);
        Assert.True(DriverFault.IsOf(error));
    }

    [Fact]
    public void ReplacingTwiceIsReplacingOnce()
    {
        string[] table = ["CLK_GLOBAL_MEM_FENCE", "CLK_LOCAL_MEM_FENCE"];
        OpenClBarriers.Replace(table);
        OpenClBarriers.Replace(table);
        Assert.All(table, fence => Assert.Equal(OpenClBarriers.BothFences, fence));
    }

    [GeneratedRegex(@"_barrier\s*\(([^;]*)\)\s*;")]
    private static partial Regex Barrier();

    [GeneratedRegex(@"^\s*local\s", RegexOptions.Multiline)]
    private static partial Regex LocalMemory();
}
