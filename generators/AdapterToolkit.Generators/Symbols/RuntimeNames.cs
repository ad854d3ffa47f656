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

    public const string BlockNormalization = Root + "Quantization.BlockNormalization";
    public const string Codebooks = Root + "Quantization.Codebooks";
    public const string FourBitCodes = Root + "Quantization.FourBitCodes";
    public const string LargestMagnitude = Root + "Quantization.LargestMagnitude";
    public const string NearestCodeTable = Root + "Quantization.NearestCodeTable";
    public const string PackedWeight = Root + "Weights.PackedWeight";
    public const string WeightFormat = Root + "Quantization.WeightFormat";

    public const string LowRankFactors = Root + "Weights.LowRankFactors";
    public const string LowRankSettings = Root + "Weights.LowRankSettings";

    public const string Float4 = Root + "Operators.Float4";
    public const string LinearKernels = Root + "CompilerServices.LinearKernels";

    public const string NumberOrder = Root + "Operators.Accelerator.NumberOrder";
    public const string ProductTile = Root + "Operators.Accelerator.ProductTile";
    public const string Quadruple = Root + "Operators.Accelerator.Quadruple";
    public const string SixteenBitNumbers = Root + "Operators.Accelerator.SixteenBitNumbers";

    public const string IVectorOperations = Root + "Operators.Cpu.IVectorOperations";
    public const string FactorSums = Root + "Operators.Cpu.FactorSums";
    public const string RowTails = Root + "Operators.Cpu.RowTails";
    public const string ScratchMemory = Root + "Operators.Cpu.ScratchMemory";
    public const string Sharing = Root + "Operators.Cpu.Sharing";
    public const string Tiles = Root + "Operators.Cpu.Tiles";
    public const string VectorOperations128 = Root + "Operators.Cpu.VectorOperations128";
    public const string VectorOperations256 = Root + "Operators.Cpu.VectorOperations256";
    public const string VectorOperations512 = Root + "Operators.Cpu.VectorOperations512";
    public const string VectorWidth = Root + "Operators.Cpu.VectorWidth";

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
