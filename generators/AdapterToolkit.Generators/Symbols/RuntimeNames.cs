namespace AdapterToolkit.Generators.Symbols;

/// <summary>
/// The names of the runtime's types that emitted text uses, each here and nowhere else: a type that moves to another namespace
/// changes one line of the generator.
/// </summary>
internal static class RuntimeNames
{
    public const string Kernel = Root + "Kernel";

    public const string AcceleratorDevice = Root + "Devices.AcceleratorDevice";
    public const string CpuDevice = Root + "Devices.CpuDevice";
    public const string ParallelWork = Root + "Devices.ParallelWork";

    public const string FrozenWeight = Root + "Weights.FrozenWeight";
    public const string GradientAccumulation = Root + "CompilerServices.GradientAccumulation";
    public const string Pass = Root + "CompilerServices.Pass";
    public const string CustomKernels = Root + "Tensors.CustomKernels";
    public const string Tensor = Root + "Tensors.Tensor";

    public const string BlockNormalization = Root + "Kernels.BlockNormalization";
    public const string Codebooks = Root + "Quantization.Codebooks";
    public const string FourBitCodes = Root + "CompilerServices.FourBitCodes";
    public const string LargestMagnitude = Root + "Kernels.LargestMagnitude";
    public const string NearestCodeTable = Root + "Quantization.NearestCodeTable";
    public const string PackedWeight = Root + "Weights.PackedWeight";
    public const string WeightFormat = Root + "Quantization.WeightFormat";

    public const string LowRankFactors = Root + "Weights.LowRankFactors";
    public const string LowRankSettings = Root + "Weights.LowRankSettings";

    public const string Float4 = Root + "Kernels.Float4";
    public const string LinearKernels = Root + "CompilerServices.LinearKernels";

    public const string NumberOrder = Root + "CompilerServices.NumberOrder";
    public const string ProductTile = Root + "Kernels.ProductTile";
    public const string Quadruple = Root + "Kernels.Quadruple";
    public const string SixteenBitNumbers = Root + "Kernels.SixteenBitNumbers";

    public const string IVectorOperations = Root + "Kernels.IVectorOperations";
    public const string FactorSums = Root + "CompilerServices.FactorSums";
    public const string RowTails = Root + "CompilerServices.RowTails";
    public const string ScratchMemory = Root + "Kernels.ScratchMemory";
    public const string Sharing = Root + "Kernels.Sharing";
    public const string Tiles = Root + "Kernels.Tiles";
    public const string VectorOperations128 = Root + "Kernels.VectorOperations128";
    public const string VectorOperations256 = Root + "Kernels.VectorOperations256";
    public const string VectorOperations512 = Root + "Kernels.VectorOperations512";
    public const string VectorWidth = Root + "Kernels.VectorWidth";

    public const string ForwardRecord = Root + "Operators.ForwardRecord";
    public const string ILinear = Root + "Modules.ILinear";
    public const string Module = Root + "Modules.Module";
    public const string ModuleChild = Root + "Modules.ModuleChild";
    public const string SavedTensor = Root + "Operators.SavedTensor";

    private const string Root = "global::AdapterToolkit.";

    /// <summary>The directive that lets emitted text call a type by its last name.</summary>
    /// <param name="type">The type's full name.</param>
    public static string Alias(string type) => $"using {type.Substring(type.LastIndexOf('.') + 1)} = {type};";

    /// <summary>The directive that lets emitted text call the extension members of a type.</summary>
    /// <param name="type">The type's full name.</param>
    public static string Import(string type) => $"using static {type};";
}
