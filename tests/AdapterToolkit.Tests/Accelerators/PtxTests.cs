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

    /// <summary>Products that a thread of a tile adds up for eight summands of 8 x 8 results.</summary>
    private const int TileMultiplications = 512;

    /// <summary>Codes that a thread decodes at once.</summary>
    private const int CodesInPiece = 8;

    /// <summary>Rows that a thread multiplies each number of W with, at least.</summary>
    private const int RowsAtLeast = 4;

    [Fact]
    public void EveryKernelCompilesForEveryArchitecture()
    {
        string? folder = Environment.GetEnvironmentVariable("ADAPTER_PTX_DIR");
        if (!string.IsNullOrEmpty(folder))
            Directory.CreateDirectory(folder);
        using Context context = Context.Create(builder => AcceleratorContext.Configure(builder));
        foreach (CudaArchitecture architecture in s_architectures)
        {
            using PTXBackend backend = Backend(context, architecture);
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
        using PTXBackend backend = Backend(context, CudaArchitecture.SM_80);
        MethodInfo[] tiled = [.. KernelCatalog.Kernels.Where(kernel => kernel.DeclaringType!.Name.Contains("Tiled", StringComparison.Ordinal))];
        Assert.NotEmpty(tiled);
        foreach (MethodInfo kernel in tiled)
        {
            IReadOnlyList<string> busiest = PtxLoops.Innermost(Compile(backend, kernel)).MaxBy(loop => loop.Count(IsMultiplication))!;
            Assert.True(busiest.Count(IsMultiplication) >= TileMultiplications, $"{KernelCatalog.NameOf(kernel)} has no loop with the products of a tile.");

            // Single numbers are those of codes, which are looked up once each as a tile comes.
            int codes = CodedFormats().IsMatch(kernel.DeclaringType!.Name) ? CodesInPiece : 0;
            string counts = $"{busiest.Count(QuadrupleSharedLoad().IsMatch)} quadruples and {busiest.Count(SingleSharedLoad().IsMatch)} single numbers";
            Assert.True(counts == $"32 quadruples and {codes} single numbers", $"{KernelCatalog.NameOf(kernel)} reads {counts} of shared memory for a tile.");
        }
    }

    [Fact]
    public void ProductsWithCodesDecodeWithoutBranchesCallsAndLocalMemory()
    {
        MethodInfo[] kernels = [.. KernelCatalog.Kernels.Where(kernel => CodedFormats().IsMatch(kernel.DeclaringType!.Name)
            && !UnmeasuredClasses().IsMatch(kernel.DeclaringType.Name))];
        Assert.Contains(kernels, kernel => kernel.DeclaringType!.Name == "LowRank8NF4Block64NestedTiledKernels");
        Assert.Contains(kernels, kernel => kernel.DeclaringType!.Name == "LowRank8NF4Block64NestedFewRowsKernels");
        using Context context = Context.Create(builder => AcceleratorContext.Configure(builder));
        foreach (CudaArchitecture architecture in s_architectures)
        {
            using PTXBackend backend = Backend(context, architecture);
            foreach (MethodInfo kernel in kernels)
            {
                string name = $"{KernelCatalog.NameOf(kernel)} for {architecture}", text = Compile(backend, kernel);
                Assert.False(CallOrLocalMemory().IsMatch(text), $"{name} calls a function or uses local memory.");
                IReadOnlyList<IReadOnlyList<string>> loops = PtxLoops.Innermost(text);
                IReadOnlyList<string>[] decoding = [.. loops.Where(loop => loop.Count(SingleSharedLoad().IsMatch) >= CodesInPiece)];
                Assert.True(decoding.Length == 1, $"{name} has {decoding.Length} innermost loops that decode pieces of W, not one.");
                Assert.True(decoding[0].Count(IsMultiplication) >= CodesInPiece * RowsAtLeast, $"{name} decodes in another loop than it multiplies.");
                foreach (IReadOnlyList<string> loop in loops)
                {
                    int branches = loop.Count(PtxLoops.IsConditionalBranch);
                    Assert.True(branches == 1, $"{name} has {branches} conditional branches in a loop of {loop.Count} instructions, not its end alone.");
                }
            }
        }
    }

    [Fact]
    public void KernelsOfFormatsUseNoCallsAndNoLocalMemory()
    {
        MethodInfo[] kernels = [.. KernelCatalog.Kernels.Where(kernel => kernel.DeclaringType!.Name.EndsWith("CodecKernels", StringComparison.Ordinal))];
        foreach (string kernel in (string[])["BlockMaxima", "Quantize", "Dequantize"])
            Assert.Contains(kernels, found => found.DeclaringType!.Name == "LowRank8NF4Block64NestedCodecKernels" && found.Name == kernel);
        using Context context = Context.Create(builder => AcceleratorContext.Configure(builder));
        foreach (CudaArchitecture architecture in s_architectures)
        {
            using PTXBackend backend = Backend(context, architecture);
            foreach (MethodInfo kernel in kernels)
                Assert.False(CallOrLocalMemory().IsMatch(Compile(backend, kernel)),
                    $"{KernelCatalog.NameOf(kernel)} for {architecture} calls a function or uses local memory.");
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

        foreach (string set in (string[])[
            "Frozen", "FrozenNF4Block64", "FrozenFloat16", "LowRank8NF4Block64Nested", "LowRank4NF4Block128Nested",
            "LowRank3FP4Block32Nested", "LowRank8Dynamic8Block256", "LowRank8BFloat16", "LowRank8Float16",
        ])
        {
            foreach (string variant in (string[])["Tiled", "FewRows", "Narrow", .. set == "Frozen" ? [] : (string[])["Codec"]])
                Assert.Contains($"{set}{variant}Kernels", classes);
        }
    }

    private static PTXBackend Backend(Context context, CudaArchitecture architecture) =>
        new(context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_78, null);

    private static bool IsMultiplication(string instruction) =>
        instruction.StartsWith("fma.rn.f32", StringComparison.Ordinal) || instruction.StartsWith("mul.f32", StringComparison.Ordinal);

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

    [GeneratedRegex(@"^ld\.shared\.f32")]
    private static partial Regex SingleSharedLoad();

    [GeneratedRegex(@"^ld\.shared\.v4\.f32")]
    private static partial Regex QuadrupleSharedLoad();

    [GeneratedRegex(@"\bcall\b|\.local\b")]
    private static partial Regex CallOrLocalMemory();

    /// <summary>The classes without a product that need be fast: those for debugging, and what runs once when a weight is loaded or merged.</summary>
    [GeneratedRegex("Narrow|Codec")]
    private static partial Regex UnmeasuredClasses();

    /// <summary>The formats whose codes are looked up in a table.</summary>
    [GeneratedRegex("NF4|FP4|Dynamic8")]
    private static partial Regex CodedFormats();
}
