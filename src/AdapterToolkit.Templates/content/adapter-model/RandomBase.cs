using AdapterToolkit.Formats;
using AdapterToolkit.Tensors;

namespace AdapterModel1;

/// <summary>A small model of random weights that reads bytes, to try the program without a pretrained one.</summary>
public static class RandomBase
{
    private static readonly LlamaConfig s_config = new()
    {
        VocabularySize = 256,
        HiddenSize = 64,
        IntermediateSize = 128,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        HeadDim = 16,
        TieWordEmbeddings = false,
    };

    /// <summary>Writes the checkpoint, where it is not there yet.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The folder.</returns>
    public static string Create(string folder)
    {
        if (File.Exists(Path.Combine(folder, Checkpoint.SingleFileName)))
            return folder;
        Directory.CreateDirectory(folder);
        s_config.Write(Path.Combine(folder, LlamaConfig.FileName));
        RandomSequence random = new(0);
        List<SafetensorsTensor> tensors = [Matrix("model.embed_tokens", s_config.VocabularySize, s_config.HiddenSize)];
        for (int layer = 0; layer < s_config.Layers; layer++)
        {
            string block = $"model.layers.{layer}";
            int queries = s_config.Heads * s_config.HeadDim, keys = s_config.KeyValueHeads * s_config.HeadDim;
            tensors.AddRange(
            [
                Ones($"{block}.input_layernorm"),
                Matrix($"{block}.self_attn.q_proj", queries, s_config.HiddenSize),
                Matrix($"{block}.self_attn.k_proj", keys, s_config.HiddenSize),
                Matrix($"{block}.self_attn.v_proj", keys, s_config.HiddenSize),
                Matrix($"{block}.self_attn.o_proj", s_config.HiddenSize, queries),
                Ones($"{block}.post_attention_layernorm"),
                Matrix($"{block}.mlp.gate_proj", s_config.IntermediateSize, s_config.HiddenSize),
                Matrix($"{block}.mlp.up_proj", s_config.IntermediateSize, s_config.HiddenSize),
                Matrix($"{block}.mlp.down_proj", s_config.HiddenSize, s_config.IntermediateSize),
            ]);
        }

        tensors.Add(Ones("model.norm"));
        tensors.Add(Matrix("lm_head", s_config.VocabularySize, s_config.HiddenSize));
        SafetensorsWriter.Write(Path.Combine(folder, Checkpoint.SingleFileName), tensors);
        return folder;

        SafetensorsTensor Matrix(string name, int rows, int columns)
        {
            float[] values = new float[rows * columns];
            random.FillGaussian(values, 0.1);
            return SafetensorsTensor.OfFloats($"{name}.weight", [rows, columns], values);
        }

        static SafetensorsTensor Ones(string name)
        {
            float[] values = new float[s_config.HiddenSize];
            Array.Fill(values, 1);
            return SafetensorsTensor.OfFloats($"{name}.weight", [s_config.HiddenSize], values);
        }
    }
}
