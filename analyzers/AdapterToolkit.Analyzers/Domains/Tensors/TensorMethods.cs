namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>What methods of tensors do to them, by the names that they have in the toolkit, in TorchSharp and in other libraries.</summary>
internal static class TensorMethods
{
    /// <summary>Whether a method returns the same numbers: on another device, in another type or shape, detached, or pinned.</summary>
    public static bool KeepsNumbers(string name) => name is
        "clone" or "detach" or "contiguous" or "to" or "to_type" or "cpu" or "cuda" or "type" or "type_as" or "alias" or "view" or "view_as" or "reshape"
        or "squeeze" or "unsqueeze" or "squeeze_" or "unsqueeze_" or "expand" or "expand_as" or "broadcast_to"
        or "repeat" or "flatten" or "unflatten" or "narrow" or "slice" or "chunk" or "split" or "requires_grad_"
        or "retain_grad" or "detach_" or "@float" or "float" or "half" or "bfloat16" or "@double" or "double"
        or "MoveToOuterDisposeScope" or "DetachFromDisposeScope" or "MoveToOtherDisposeScope" or "dropout" or "dequantize" or "data"
        or "Retain" or "Reshape" or "SliceRows" or "ToArray" or "ToTensor" or "AsSpan" or "AsMemory" or "AsReadOnly" or "Clone" or "Detach" or "Dequantize";

    /// <summary>Whether a method returns the same numbers in the same shape.</summary>
    public static bool KeepsShape(string name) => KeepsNumbers(name) && name is not
        ("view" or "view_as" or "reshape" or "Reshape" or "squeeze" or "unsqueeze" or "squeeze_"
        or "unsqueeze_" or "expand" or "expand_as" or "broadcast_to" or "repeat"
        or "flatten" or "unflatten" or "narrow" or "slice" or "chunk" or "split" or "SliceRows");

    /// <summary>Whether a method returns the transpose of a matrix.</summary>
    public static bool Transposes(string name) =>
        name is "t" or "t_" or "T" or "mT" or "H" or "mH" or "adjoint" or "swapaxes" or "swapdims" or "permute" or "transpose_"
            || name.StartsWith("transpose", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a method puts matrices together, block beside block or one upon the other.</summary>
    public static bool Joins(string name) => name is "cat" or "concat" or "concatenate" or "stack" or "vstack" or "hstack" or "block_diag";

    /// <summary>Whether a name is that of a layer of TorchSharp that passes on what it is given, up to chance: dropout, or none at all.</summary>
    public static bool PassesOn(string name) => name.IndexOf("dropout", StringComparison.OrdinalIgnoreCase) >= 0 || name is "Identity";

    /// <summary>Whether a method adds or subtracts element by element.</summary>
    public static bool Adds(string name) => name.TrimEnd('_') is "add" or "sub" or "subtract" or "Add" or "Subtract" or "AddScalar" or "SubtractFrom";

    /// <summary>Whether a method adds its <c>source</c> to some rows or columns, or to all.</summary>
    public static bool AddsPart(string name) => name.TrimEnd('_') is "index_add";

    /// <summary>Whether a method multiplies all matrices of a collection, in their order.</summary>
    public static bool MultipliesAll(string name) => name is "multi_dot" or "chain_matmul";

    /// <summary>Whether a method multiplies or divides element by element.</summary>
    public static bool Scales(string name) =>
        name.TrimEnd('_') is "mul" or "multiply" or "div" or "divide" or "neg" or "negative" or "Multiply" or "Scale" or "Negate" or "Divide";

    /// <summary>Whether a method makes a matrix of numbers that it is given.</summary>
    public static bool Makes(string name) =>
        name.StartsWith("From", StringComparison.Ordinal) || name.StartsWith("Of", StringComparison.Ordinal)
        || name.StartsWith("Create", StringComparison.Ordinal)
        || name.StartsWith("Build", StringComparison.Ordinal)
        || name.StartsWith("Dense", StringComparison.Ordinal) || name.StartsWith("Wrap", StringComparison.Ordinal);

    /// <summary>Whether a method writes the numbers of its receiver.</summary>
    public static bool Overwrites(string name) => name is "CopyFrom" or "Clear" or "Fill" or "copy_" or "fill_" or "zero_" or "set_";
}
