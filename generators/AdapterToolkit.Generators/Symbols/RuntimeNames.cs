using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Symbols;

/// <summary>
/// The names of the runtime's types that the generator looks up and that emitted text uses, each here and nowhere else: a type that moves
/// to another namespace changes one line of the generator.
/// </summary>
internal static class RuntimeNames
{
    public const string AdapterModelAttribute = Space + "AdapterModelAttribute";
    public const string CheckpointAttribute = Space + "CheckpointAttribute";
    public const string FrozenAttribute = Space + "FrozenAttribute";
    public const string FromPassAttribute = Space + "FromPassAttribute";
    public const string GradientAttribute = Space + "GradientAttribute";
    public const string LowRankAttribute = Space + "LowRankAttribute";
    public const string QuantizedAttribute = Space + "QuantizedAttribute";
    public const string TrainableAttribute = Space + "TrainableAttribute";
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

    public const string LanguageModel = Root + "Models.LanguageModel";
    public const string LoadOptions = Root + "Loading.LoadOptions";
    public const string LowRankAdapter = Root + "Adapters.LowRankAdapter";
    public const string Trainer = Root + "Training.Trainer";
    public const string TrainingCheckpoint = Root + "Training.TrainingCheckpoint";
    public const string WeightStorage = Root + "Weights.WeightStorage";

    public const string LowRankFactors = Root + "Weights.LowRankFactors";
    public const string LowRankPlacement = Root + "Weights.LowRankPlacement";
    public const string LowRankSettings = Root + "Weights.LowRankSettings";
    public const string LowRankTerms = Root + "Weights.LowRankTerms";

    public const string FourFloats = Root + "Kernels.FourFloats";
    public const string FunnelShift = Root + "Kernels.FunnelShift";
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

    public const string AttentionPrefix = Root + "Operators.AttentionPrefix";
    public const string Op = Root + "Operators.Op";
    public const string TensorArithmetic = Root + "Operators.TensorArithmetic";
    public const string ForwardRecord = Root + "Operators.ForwardRecord";
    public const string ILinear = Root + "Modules.ILinear";
    public const string Linear = Root + "Modules.Linear";
    public const string Model = Root + "Modules.Model";
    public const string Module = Root + "Modules.Module";
    public const string ModuleChild = Root + "Modules.ModuleChild";
    public const string RmsNorm = Root + "Modules.RmsNorm";
    public const string SavedTensor = Root + "Operators.SavedTensor";

    /// <summary>The names of members that are looked up in the user's code.</summary>
    public static class Members
    {
        public const string Adapter = "Adapter";
        public const string Add = "Add";
        public const string AddScalar = "AddScalar";
        public const string Alpha = "Alpha";
        public const string Backward = "Backward";
        public const string Bits = "bits";
        public const string BitsPerWeight = "BitsPerWeight";
        public const string BlockSize = "BlockSize";
        public const string Bytes = "Bytes";
        public const string Columns = "Columns";
        public const string Dense = "Dense";
        public const string Device = "Device";
        public const string DoubleQuantized = "DoubleQuantized";
        public const string Evaluate = "Evaluate";
        public const string Factors = "Factors";
        public const string Fit = "Fit";
        public const string FitAsync = "FitAsync";
        public const string For = "For";
        public const string Format = "Format";
        public const string Forward = "Forward";
        public const string ForwardBackward = "ForwardBackward";
        public const string ForwardSaving = "ForwardSaving";
        public const string FullPrecision = "FullPrecision";
        public const string Initialize = "Initialize";
        public const string IsMerged = "IsMerged";
        public const string KernelSets = "KernelSets";
        public const string Layers = "Layers";
        public const string LinearLayers = "LinearLayers";
        public const string Load = "Load";
        public const string MarkedFormat = "MarkedFormat";
        public const string Merge = "Merge";
        public const string MergeTo = "MergeTo";
        public const string MergeToBaseType = "MergeToBaseType";
        public const string Model = "Model";
        public const string Multiply = "Multiply";
        public const string Negate = "Negate";
        public const string OwnAttentions = "OwnAttentions";
        public const string Parameters = "Parameters";
        public const string PrefixAt = "PrefixAt";
        public const string RankStabilized = "RankStabilized";
        public const string Remove = "Remove";
        public const string Requantize = "requantize";
        public const string Reversible = "reversible";
        public const string Rows = "Rows";
        public const string Save = "Save";
        public const string Saving = "Saving";
        public const string Scale = "Scale";
        public const string SetFactors = "SetFactors";
        public const string Shape = "Shape";
        public const string Step = "Step";
        public const string Subtract = "Subtract";
        public const string SubtractFrom = "SubtractFrom";
        public const string TrainableParameterCount = "TrainableParameterCount";
        public const string TrainableParameters = "TrainableParameters";
        public const string Trains = "Trains";
        public const string Unmerge = "Unmerge";
    }

    private const string Global = "global::";
    private const string Space = "AdapterToolkit.";
    private const string Root = Global + Space;

    /// <summary>The name by which a compilation finds a type.</summary>
    /// <param name="type">The type's name in emitted text.</param>
    public static string InMetadata(string type) => type.StartsWith(Global, StringComparison.Ordinal) ? type.Substring(Global.Length) : type;

    /// <summary>A type's name without its namespace.</summary>
    /// <param name="type">The type's full name.</param>
    public static string Simple(string type) => type.Substring(type.LastIndexOf('.') + 1);

    /// <summary>The run-time value that stands for a format.</summary>
    /// <param name="format">The format.</param>
    public static string ValueOf(StoredFormat format)
    {
        string name = $"{WeightFormat}.{(format.IsPacked ? format.Numbers.ToString() : Members.FullPrecision)}";
        return !format.HasBlocks ? name
            : format.MayQuantizeScales ? $"{name}({format.BlockSize}, {(format.DoubleQuantized ? "true" : "false")})"
            : $"{name}({format.BlockSize})";
    }

    /// <summary>The directive that lets emitted text call a type by its last name.</summary>
    /// <param name="type">The type's full name.</param>
    public static string Alias(string type) => $"using {Simple(type)} = {type};";

    /// <summary>The directive that lets emitted text call the extension members of a type.</summary>
    /// <param name="type">The type's full name.</param>
    public static string Import(string type) => $"using static {type};";
}
