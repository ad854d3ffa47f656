namespace AdapterToolkit.Formats;

/// <summary>Recognizes weights that are quantized by methods that are not read, by the tensors that these write in place of a weight or beside it.</summary>
internal static class ForeignQuantization
{
    private const string Remedy = "Load the unquantized checkpoint: the toolkit quantizes while it loads.";

    /// <summary>The last part of a name, and what it belongs to.</summary>
    private static readonly (string Suffix, string Method)[] s_tensors =
    [
        ("qweight", "GPTQ or AWQ"), ("qzeros", "GPTQ or AWQ"), ("g_idx", "GPTQ"), ("weight_packed", "compressed-tensors"),
        ("weight_scale_inv", "fp8 in blocks"),
        ("weight_scale", "fp8 or compressed-tensors"), ("input_scale", "fp8"), ("SCB", "bitsandbytes' LLM.int8()"), ("Q_weight", "HQQ"), ("W_q", "HQQ"),
        ("codebooks", "AQLM or VPTQ"), ("weight_blocks", "MXFP4"), ("weight_scales", "MXFP4 or NVFP4"),
    ];

    /// <summary>Says what a weight is quantized by where it is, or an empty text.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="weightName">The weight's name.</param>
    internal static string Explain(Checkpoint checkpoint, string weightName)
    {
        string module = weightName[..^TensorNames.LastPart(weightName).Length];
        foreach ((string suffix, string method) in s_tensors)
        {
            if (checkpoint.Contains(module + suffix))
                return $" '{Excerpt.Of(module + suffix)}' belongs to a weight quantized by {method}, which is not read. {Remedy}";
        }

        return "";
    }

    /// <summary>Says why a weight's element type is not read.</summary>
    /// <param name="type">The type.</param>
    internal static string Explain(SafetensorsType type) => type switch
    {
        SafetensorsType.F8E4M3 or SafetensorsType.F8E5M2 or SafetensorsType.F8E8M0 =>
            $"its elements are {type.FileName()}: it is quantized in 8-bit floating point (fp8), which is not read. {Remedy}",
        SafetensorsType.F64 => "its elements are F64, of which float32 does not hold all; F32, F16 or BF16 is needed. Convert the checkpoint (model.float() "
            + "or model.bfloat16() in PyTorch, and save it again).",
        _ => $"its elements are {type.FileName()}; F32, F16 or BF16 is needed. Where it is quantized by a method that is not read, load the unquantized "
            + "checkpoint: the toolkit quantizes while it loads.",
    };
}
