namespace AdapterToolkit.Formats;

/// <summary>The names under which bitsandbytes stores a quantized weight: the weight's own for the codes, and longer ones for the rest.</summary>
/// <param name="Weight">The weight's name: <c>model.layers.3.self_attn.q_proj.weight</c>.</param>
internal readonly record struct QuantizedTensorNames(string Weight)
{
    /// <summary>Each block's scale.</summary>
    public string Maxima => Weight + ".absmax";

    /// <summary>The values of the codes.</summary>
    public string Map => Weight + ".quant_map";

    /// <summary>What the 8-bit scales are multiplied by.</summary>
    public string NestedMaxima => Weight + ".nested_absmax";

    /// <summary>The values of the 8-bit scales' codes.</summary>
    public string NestedMap => Weight + ".nested_quant_map";

    /// <summary>All that may lie beside the codes.</summary>
    public IEnumerable<string> Companions =>
        [Maxima, Map, NestedMaxima, NestedMap, .. QuantizationState.Formats.Select(State)];

    /// <summary>The scales of bitsandbytes' <c>Linear8bitLt</c>, which is another format.</summary>
    public string EightBitScales => Module + "SCB";

    /// <summary>The order of the numbers of bitsandbytes' <c>Linear8bitLt</c>.</summary>
    public string EightBitOrder => Module + "weight_format";

    private string Module => Weight.EndsWith(".weight", StringComparison.Ordinal) ? Weight[..^"weight".Length] : Weight + ".";

    /// <summary>The settings, as JSON.</summary>
    /// <param name="format">A format that such checkpoints have.</param>
    public string State(QuantizationFormat format) => $"{Weight}.quant_state.bitsandbytes__{QuantizationState.NameOf(format)}";
}
