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
            int codes = CodedFormats().IsMatch(KernelCatalog.NameOf(kernel)) ? CodesInPiece : 0;
            string counts = $"{busiest.Count(QuadrupleSharedLoad().IsMatch)} quadruples and {busiest.Count(SingleSharedLoad().IsMatch)} single numbers";
            Assert.True(counts == $"32 quadruples and {codes} single numbers", $"{KernelCatalog.NameOf(kernel)} reads {counts} of shared memory for a tile.");
        }
    }

    [Fact]
    public void ProductsWithCodesDecodeWithoutBranchesCallsAndLocalMemory()
    {
        MethodInfo[] kernels =
        [
            .. KernelCatalog.Kernels.Where(kernel => CodedFormats().IsMatch(KernelCatalog.NameOf(kernel))
                && !UnmeasuredClasses().IsMatch(kernel.DeclaringType!.Name)),
        ];
        Assert.Contains(kernels, kernel => kernel.DeclaringType!.Name == "TiledKernels");
        Assert.Contains(kernels, kernel => kernel.DeclaringType!.Name == "FewRowsKernels");
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
        MethodInfo[] kernels = [.. KernelCatalog.Kernels.Where(kernel => DecodingClasses().IsMatch(kernel.DeclaringType!.Name))];
        foreach (string kernel in (string[])["BlockMaxima", "Quantize", "Dequantize"])
            Assert.Contains(kernels, found => found.DeclaringType!.Name == "NF4Block64NestedCodecKernels" && found.Name == kernel);
        using Context context = Context.Create(builder => AcceleratorContext.Configure(builder));
        foreach (CudaArchitecture architecture in s_architectures)
        {
            using PTXBackend backend = Backend(context, architecture);
            foreach (MethodInfo kernel in kernels)
                Assert.False(
                    CallOrLocalMemory().IsMatch(Compile(backend, kernel)),
                    $"{KernelCatalog.NameOf(kernel)} for {architecture} calls a function or uses local memory.");
        }
    }

    [Fact]
    public void EveryGeneratedKernelIsMarkedAndLaunched()
    {
        Assert.NotEmpty(KernelCatalog.LaunchedGeneratedMethods);
        Assert.All(KernelCatalog.LaunchedGeneratedMethods, method =>
            Assert.True(
                method.IsDefined(typeof(KernelAttribute)),
                $"{KernelCatalog.NameOf(method)} is a kernel without [Kernel], so no test would compile it."));
        HashSet<(Module, int)> found = [.. KernelCatalog.Kernels.Select(kernel => (kernel.Module, kernel.MetadataToken))];
        Assert.NotEmpty(KernelCatalog.DeclaredGeneratedKernels);
        Assert.All(KernelCatalog.DeclaredGeneratedKernels, kernel =>
            Assert.True(
                found.Contains((kernel.Module, kernel.MetadataToken)),
                $"No layer launches {KernelCatalog.NameOf(kernel)}, so no test would compile it."));
    }

    [Fact]
    public void EveryConfigurationHasItsVariants()
    {
        HashSet<string> kernels =
            [.. KernelCatalog.Kernels.Where(kernel => kernel.Module.Assembly == typeof(PtxTests).Assembly).Select(KernelCatalog.NameInAssembly)];
        foreach (int rank in (int[])[1, 3, 4, 8, 16, 37])
        {
            string own = string.Create(CultureInfo.InvariantCulture, $"Rank{rank}");
            string components = rank > 4 ? "EightComponents" : "FourComponents";
            foreach (string kernel in (string[])["GradientOfA", "GradientOfB"])
            {
                Assert.Contains($"FactorKernels.{kernel}.{own}.{components}", kernels);
                Assert.Contains($"NarrowFactorKernels.{kernel}.{own}", kernels);
            }

            foreach (string kernel in (string[])["Reduce", "ReduceGradient"])
            {
                foreach (string rows in (string[])["AllRows", "SomeRows"])
                {
                    Assert.Contains($"FactorKernels.{kernel}.{own}.{components}.{rows}", kernels);
                    Assert.Contains($"NarrowFactorKernels.{kernel}.{own}.{rows}", kernels);
                }
            }

            foreach (string product in (string[])["Forward", "InputGradient"])
                Assert.Contains($"TermListKernels.{product}.{own}", kernels);
            Assert.Contains($"FactorKernels.Merge.{own}", kernels);
            AssertProducts("DenseWeight", own, pieces: []);
        }

        AssertProducts("DenseWeight", "NoTerm", pieces: []);
        foreach ((string weight, string? rank) in ((string, string?)[])[
            ("NF4Block64Weight", null), ("SixteenBitWeight.Float16Conversion", null), ("SixteenBitWeight.BFloat16Conversion", null),
            ("NF4Block64NestedWeight", "Rank8"), ("NF4Block128NestedWeight", "Rank4"), ("FP4Block32NestedWeight", "Rank3"), ("Dynamic8Block256Weight", "Rank8"),
            ("SixteenBitWeight.BFloat16Conversion", "Rank8"), ("SixteenBitWeight.Float16Conversion", "Rank8")])
        {
            AssertProducts(weight, rank ?? "NoTerm", ["WholePieces", "PiecesAnywhere"]);
            string[] codec = weight.Split('.') is [_, string conversion]
                ? [$"SixteenBitCodecKernels.Quantize.{conversion}", $"SixteenBitCodecKernels.Dequantize.{conversion}"]
                : [.. ((string[])["BlockMaxima", "Quantize", "Dequantize"])
                    .Select(kernel => $"{weight.Replace("Weight", "CodecKernels", StringComparison.Ordinal)}.{kernel}")];
            Assert.All(codec, kernel => Assert.Contains(kernel, kernels));
            Assert.Contains($"DecodeKernels.Decode.{weight}", kernels);
        }

        void AssertProducts(string weight, string rank, string[] pieces)
        {
            foreach ((string product, string transposed) in ((string, string)[])[("Forward", "Transposed"), ("InputGradient", string.Empty)])
            {
                string term = rank == "NoTerm" ? rank : $"{product}LowRank.{rank}";
                Assert.Contains($"NarrowKernels.{product}.{weight}.{term}", kernels);
                if (pieces.Length == 0)
                {
                    Assert.Contains($"TiledKernels.{product}.{weight}.Dense{transposed}Tile.{term}", kernels);
                    Assert.Contains($"FewRowsKernels.{product}.{weight}.Dense{(transposed.Length > 0 ? "TransposedColumns" : "Column")}.{term}", kernels);
                }

                foreach (string piece in pieces)
                    Assert.Contains($"FewRowsKernels.{product}.{weight}.Packed{transposed}Columns.{piece}.{term}", kernels);
                if (pieces.Length > 0)
                    Assert.Contains($"TiledKernels.{product}.{weight}.Packed{transposed}Tile.{term}", kernels);
            }
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

    /// <summary>
    /// The classes without a product that need be fast: those for debugging, what runs once when a weight is loaded or merged, and what decodes W before a
    /// product.
    /// </summary>
    [GeneratedRegex("Narrow|Codec|Decode")]
    private static partial Regex UnmeasuredClasses();

    /// <summary>The classes of what brings W into a format or out of it.</summary>
    [GeneratedRegex("CodecKernels$|^DecodeKernels$")]
    private static partial Regex DecodingClasses();

    /// <summary>The formats whose codes are looked up in a table.</summary>
    [GeneratedRegex("NF4|FP4|Dynamic8")]
    private static partial Regex CodedFormats();
}
