using System.Reflection;
using System.Text.RegularExpressions;
using AdapterToolkit.Devices;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Xunit;

namespace AdapterToolkit.Tests.Accelerators;

/// <summary>What is one instruction on CUDA means the same as the steps that stand for it elsewhere, and each compiler gets its own.</summary>
public sealed partial class CudaInstructionsTests
{
    [Fact]
    public void EveryFiniteFloat16NumberIsConvertedExactly()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var number = BitConverter.UInt16BitsToHalf((ushort)bits);
            if (System.Half.IsFinite(number))
                Assert.Equal(BitConverter.SingleToUInt32Bits((float)number), BitConverter.SingleToUInt32Bits(CudaInstructions.FromFloat16((uint)bits)));
        }
    }

    [Fact]
    public void AFunnelShiftReadsThirtyTwoOfSixtyFourBits()
    {
        Random random = new(3);
        for (int shift = 0; shift < 32; shift++)
        {
            ulong bits = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            Assert.Equal((uint)(bits >> shift), CudaInstructions.FunnelShift((uint)bits, (uint)(bits >> 32), shift));
        }
    }

    [Fact]
    public void CudaGetsTheInstructions()
    {
        using Context context = Context.Create(builder => AcceleratorContext.Configure(builder));
        using PTXBackend backend = new(context, new CudaCapabilityContext(CudaArchitecture.SM_75), CudaArchitecture.SM_75, CudaInstructionSet.ISA_78, null);
        foreach (MethodInfo kernel in Kernels(@"\bFloat16Conversion|GatherFloat16"))
        {
            string text = ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)).PTXAssembly;
            Assert.True(
                text.Contains("cvt.f32.f16", StringComparison.Ordinal) != WritesWeights(kernel),
                $"{KernelCatalog.NameOf(kernel)} converts by its bits.");
        }

        foreach (MethodInfo kernel in Kernels("PiecesAnywhere"))
        {
            string text = ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)).PTXAssembly;
            Assert.True(text.Contains("shf.r.wrap.b32", StringComparison.Ordinal), $"{KernelCatalog.NameOf(kernel)} shifts in parts.");
        }
    }

    [Fact]
    public void OpenClGetsNoHalfPrecision()
    {
        OpenClBarriers.Install();
        using Context context = Context.Create(builder => AcceleratorContext.Configure(builder));
        using CLBackend backend = new(context, new CLCapabilityContext(false, true, true, true, true), CLDeviceVendor.Other, CLCVersion.CL20);
        foreach (MethodInfo kernel in Kernels("Float16|PiecesAnywhere"))
        {
            string text = ((CLCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)).Source;
            Assert.False(HalfPrecision().IsMatch(text), $"{KernelCatalog.NameOf(kernel)} names half precision.");
        }
    }

    private static bool WritesWeights(MethodInfo kernel) => kernel.Name == "Quantize";

    private static MethodInfo[] Kernels(string name)
    {
        MethodInfo[] kernels = [.. KernelCatalog.Kernels.Where(kernel => Regex.IsMatch(KernelCatalog.NameOf(kernel), name))];
        Assert.NotEmpty(kernels);
        return kernels;
    }

    [GeneratedRegex(@"\bhalf\d*\b|cl_khr_fp16")]
    private static partial Regex HalfPrecision();
}
