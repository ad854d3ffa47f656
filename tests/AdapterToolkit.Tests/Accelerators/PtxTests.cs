using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using AdapterToolkit.Devices;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace AdapterToolkit.Tests.Accelerators;

/// <summary>
/// Every kernel compiles to CUDA's assembly language, on machines without a GPU too. With ADAPTER_PTX_DIR set, the files stay
/// there, one a kernel and architecture.
/// </summary>
public sealed partial class PtxTests
{
    private static readonly CudaArchitecture[] s_architectures = [CudaArchitecture.SM_75, CudaArchitecture.SM_80, CudaArchitecture.SM_90];

    [Fact]
    public void EveryKernelCompilesForEveryArchitecture()
    {
        string? folder = Environment.GetEnvironmentVariable("ADAPTER_PTX_DIR");
        if (!string.IsNullOrEmpty(folder))
            Directory.CreateDirectory(folder);
        using Context context = Context.Create(builder => AcceleratorContext.Configure(builder));
        foreach (CudaArchitecture architecture in s_architectures)
        {
            using PTXBackend backend = new(context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_78, null);
            foreach (MethodInfo kernel in KernelCatalog.Kernels)
            {
                string text = Compile(backend, kernel);
                Assert.Contains(".entry", text, StringComparison.Ordinal);
                if (!string.IsNullOrEmpty(folder))
                    File.WriteAllText(Path.Combine(folder, $"{KernelCatalog.NameOf(kernel)}.{architecture}.ptx"), text);
            }
        }
    }

    [Fact]
    public void TiledKernelsReadSharedMemoryFourNumbersAtOnce()
    {
        using Context context = Context.Create(builder => AcceleratorContext.Configure(builder));
        using PTXBackend backend = new(context, new CudaCapabilityContext(CudaArchitecture.SM_80), CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null);
        MethodInfo[] tiled = [.. KernelCatalog.Kernels.Where(kernel => kernel.DeclaringType!.Name.Contains("Tiled", StringComparison.Ordinal))];
        Assert.NotEmpty(tiled);
        foreach (MethodInfo kernel in tiled)
        {
            string text = Compile(backend, kernel);
            Assert.True(text.Contains("ld.shared.v4.f32", StringComparison.Ordinal), $"{KernelCatalog.NameOf(kernel)} has no load of four numbers from shared memory.");
            Assert.DoesNotMatch(SingleSharedLoad(), text);
        }
    }

    [Fact]
    public void EveryGeneratedKernelIsMarked()
    {
        Assert.NotEmpty(KernelCatalog.GeneratedClasses);
        foreach (Type type in KernelCatalog.GeneratedClasses.Where(type => type.IsPublic))
        {
            foreach (MethodInfo method in KernelCatalog.Methods(type))
                Assert.True(method.IsDefined(typeof(KernelAttribute)), $"{type.Name}.{method.Name} is a kernel without [Kernel], so no test would compile it.");
        }
    }

    [Fact]
    public void EveryConfigurationHasItsVariants()
    {
        string[] classes = [.. KernelCatalog.GeneratedClasses.Where(type => type.Assembly == typeof(PtxTests).Assembly).Select(type => type.Name)];
        foreach (int rank in (int[])[1, 3, 4, 8, 16, 37])
        {
            foreach (string variant in (string[])["Tiled", "FewRows", "Narrow", "Factor", "NarrowFactor"])
                Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"LowRank{rank}{variant}Kernels"), classes);
        }

        foreach (string variant in (string[])["Tiled", "FewRows", "Narrow"])
            Assert.Contains($"Frozen{variant}Kernels", classes);
    }

    private static string Compile(PTXBackend backend, MethodInfo kernel)
    {
        try
        {
            return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)).PTXAssembly;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"The kernel {KernelCatalog.NameOf(kernel)} does not compile for {backend.Architecture}.", exception);
        }
    }

    [GeneratedRegex(@"ld\.shared\.f32")]
    private static partial Regex SingleSharedLoad();
}
