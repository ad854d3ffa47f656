namespace AdapterToolkit.Formats;

/// <summary>One layer's low-rank adapter, y = W x + scaling B (A x), as it is in a PEFT adapter's file.</summary>
/// <param name="Path">The layer's path in the model, such as <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Rank">The rows of A and columns of B.</param>
/// <param name="InFeatures">The columns of A.</param>
/// <param name="OutFeatures">The rows of B.</param>
/// <param name="A">The factor next to the input, rank x in, row-major.</param>
/// <param name="B">The factor next to the output, out x rank, row-major.</param>
/// <param name="Scaling">The factor of the adapter's term: alpha / rank, or alpha / sqrt(rank) where rank-stabilized.</param>
public sealed record PeftLayer(string Path, int Rank, int InFeatures, int OutFeatures, ReadOnlyMemory<float> A, ReadOnlyMemory<float> B, double Scaling);
